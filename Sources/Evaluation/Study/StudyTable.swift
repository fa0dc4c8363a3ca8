/// The report's table for one task, from what was measured on each clip.
package struct StudyTable: Hashable, Sendable, Encodable {
    /// Means over clips with their intervals.
    package struct Row: Hashable, Sendable, Encodable {
        package let row: StudyRow
        package let title: String
        package let logits, allWeights, randomMap: Pair
        package let trained, randomised, trainedWithoutMargin: Places
    }

    /// Rank correlation of signed values, and of magnitudes.
    package struct Pair: Hashable, Sendable, Encodable {
        package let signed, absolute: Estimate?
    }

    /// See ``Location``.
    package struct Places: Hashable, Sendable, Encodable {
        package let targetOverUnion, targetOverAll, rankOverUnion, rankOverAll: Estimate?
        package let reverseRankOverUnion, reverseRankOverAll, auc, aucOfShapes, pointing, overlap: Estimate?

        init(_ locations: [Location]) {
            func estimate(_ path: (Location) -> Double?) -> Estimate? { Estimate(locations.map(path)) }
            targetOverUnion = estimate(\.targetOverUnion)
            targetOverAll = estimate(\.targetOverAll)
            rankOverUnion = estimate(\.rankOverUnion)
            rankOverAll = estimate(\.rankOverAll)
            reverseRankOverUnion = estimate(\.reverseRankOverUnion)
            reverseRankOverAll = estimate(\.reverseRankOverAll)
            auc = estimate(\.auc)
            aucOfShapes = estimate(\.aucOfShapes)
            pointing = estimate(\.pointing)
            overlap = estimate(\.overlap)
        }
    }

    /// Of one network's plain gradient.
    package struct Shares: Hashable, Sendable, Encodable {
        package let network: String
        package let appearance, motion, residual: Estimate?
    }

    /// What became of the answers without a part of the clip.
    package struct Loss: Hashable, Sendable, Encodable {
        package let ablation: Ablation
        /// The share of right answers, or the median error in degrees.
        package let accuracy: Double
        package let change: Estimate?
        /// Rank correlation over clips of the change and the part's share of the trained network's gradient; nil without a part of its own.
        package let correlationWithShare: Double?
    }

    /// See ``DirectionErrors``.
    package struct Direction: Hashable, Sendable, Encodable {
        package let name: String
        package let degrees: Estimate?
    }

    /// See ``CurveAreas``.
    package struct Curve: Hashable, Sendable, Encodable {
        package let row: StudyRow
        package let title: String
        package let deletion, insertion, freezing: Orders
    }

    /// The area in the map's order, by chance and in reverse.
    package struct Orders: Hashable, Sendable, Encodable {
        package let ordered, random, reverse: Estimate?

        init(_ orders: [CurveAreas.Orders]) {
            ordered = Estimate(orders.map(\.ordered))
            random = Estimate(orders.map(\.random))
            reverse = Estimate(orders.map(\.reverse))
        }
    }

    package let task: MovingShapesTask
    package let clips: Int
    /// The share of right answers, or the median error in degrees.
    package let accuracy: Double
    package let rows: [Row]
    package let shares: [Shares]
    package let losses: [Loss]
    package let directions: [Direction]
    package let curves: [Curve]

    /// - Parameter findings: of at least one clip.
    package init(_ findings: [ClipFindings], task: MovingShapesTask, rows: [StudyRow]) {
        self.task = task
        clips = findings.count
        accuracy = MovingShapesAnswers.value(of: findings.map(\.error), task: task)
        self.rows = rows.compactMap { row in
            let found = findings.compactMap { $0.rows[row.key] }
            return found.isEmpty ? nil : Row(row, found)
        }
        losses = Ablation.allCases.map { Self.loss($0, findings, task: task) }
        directions = Self.directions(findings)
        curves = rows.compactMap { row in
            let areas = findings.compactMap { $0.curves[row.key] }
            guard !areas.isEmpty else { return nil }
            return Curve(
                row: row, title: row.title, deletion: Orders(areas.map(\.deletion)),
                insertion: Orders(areas.map(\.insertion)), freezing: Orders(areas.map(\.freezing)))
        }
        shares = ["trained", "logits", "all_weights"].map { name in
            let shares = findings.compactMap { $0.shares[name] }
            return Shares(
                network: name, appearance: Estimate(shares.map(\.appearance)), motion: Estimate(shares.map(\.motion)),
                residual: Estimate(shares.map(\.residual)))
        }
    }
}

extension StudyTable {
    private static func loss(_ ablation: Ablation, _ findings: [ClipFindings], task: MovingShapesTask) -> Loss {
        let losses = findings.compactMap { $0.losses[ablation.rawValue] }
        let shares = findings.compactMap { $0.shares["trained"] }
        let part: [Double]? =
            switch ablation {
            case .frozenMotion: shares.map(\.motion)
            case .noResidual: shares.map(\.residual)
            case .otherFirstFrame: shares.map(\.appearance)
            case .still: nil
            }
        return Loss(
            ablation: ablation, accuracy: MovingShapesAnswers.value(of: losses.map(\.error), task: task),
            change: Estimate(losses.map(\.change)),
            correlationWithShare: part.flatMap {
                RankCorrelation.spearman($0.map { Float($0) }, losses.map { Float($0.change) })
            })
    }

    private static func directions(_ findings: [ClipFindings]) -> [Direction] {
        let paths: [(String, (DirectionErrors) -> Double?)] = [
            ("flow vectors of highest gradient", \.vectors), ("the same of a random network", \.vectorsOfRandomNetwork),
            ("flow vectors in random places", \.vectorsInRandomPlaces),
            ("trajectories of highest saliency", \.trajectories),
            ("the same of a random network", \.trajectoriesOfRandomNetwork),
            ("flow weighted by lasting_motion", \.weightedFlow),
            ("the same of a random network", \.weightedFlowOfRandomNetwork),
        ]
        return paths.map { name, path in
            Direction(name: name, degrees: Estimate(findings.map { path($0.directions) }))
        }
    }
}

extension StudyTable.Row {
    init(_ row: StudyRow, _ found: [ClipFindings.Row]) {
        self.row = row
        title = row.title
        func pair(_ path: (ClipFindings.Row) -> ClipFindings.Similarity) -> StudyTable.Pair {
            StudyTable.Pair(
                signed: Estimate(found.map { path($0).signed }), absolute: Estimate(found.map { path($0).absolute }))
        }
        logits = pair(\.logits)
        allWeights = pair(\.allWeights)
        randomMap = pair(\.randomMap)
        trained = StudyTable.Places(found.map(\.trained))
        randomised = StudyTable.Places(found.map(\.randomised))
        trainedWithoutMargin = StudyTable.Places(found.map(\.trainedWithoutMargin))
    }
}
