import Attribution
import Cine
package import Models
import Motion
package import Tensors

/// Measures on Moving Shapes clips what a network's explanations are worth (Hughes, sections 4 and 5).
package struct MovingShapesStudy: Sendable {
    package let task: MovingShapesTask
    package let options: StudyOptions
    let network: Network
    private let shapes: MovingShapes

    /// - Throws: ``StudyError/wrongContract(model:reason:)``, `MovingShapesError`.
    package init(_ network: Network, task: MovingShapesTask, options: StudyOptions) throws {
        try Self.check(network, task: task, options: options)
        self.network = network
        self.task = task
        self.options = options
        shapes = try MovingShapes(options.shapes, seed: options.seed)
    }

    /// The task that a network's outputs fit.
    package static func task(of network: Network) -> MovingShapesTask? {
        MovingShapesTask.allCases.first { task in
            network.outputs == task.outputs
                && network.manifest.purpose == (task == .sides ? .classification : .regression)
        }
    }

    private static func check(_ network: Network, task: MovingShapesTask, options: StudyOptions) throws {
        func refuse(_ reason: String) -> StudyError {
            .wrongContract(model: network.manifest.name, reason: reason)
        }
        let input = network.manifest.input
        guard input.channels == .rgb else {
            throw refuse("it takes \(input.channels.rawValue) clips, and the shapes differ in colour: RGB is needed")
        }
        let (frames, side) = (options.shapes.frames, options.shapes.side)
        guard input.height == side, input.width == side, input.frames == frames else {
            throw refuse(
                "it takes \(input.frames) frames of \(input.width)x\(input.height) pixels, and the clips have \(frames) of \(side)x\(side)"
            )
        }
        guard Self.task(of: network) == task else {
            let needed =
                task == .sides
                ? "a classification of 3 outputs (3, 4 and 5 sides)" : "a regression of 2 outputs (cosine and sine)"
            throw refuse(
                "its \(network.manifest.purpose.rawValue) has \(network.outputs) outputs, and the task \(task.rawValue) needs \(needed)"
            )
        }
    }

    /// Measures one clip. The same numbers for the same options, network and index, whatever else was measured before.
    /// - Parameter report: is called after every pass; what it throws ends the measurement.
    /// - Throws: `MotionError`, `ModelError`, and what `report` throws.
    package func findings(
        clip index: Int, parallelism: Parallelism, report: @escaping @Sendable () throws -> Void
    ) throws -> ClipFindings {
        let subject = try subject(index, parallelism: parallelism)
        let regions = TargetRegions(subject.drawn, margin: options.margin)
        let bare = TargetRegions(subject.drawn, margin: 0)
        let control = RunControl(parallelism: parallelism) { _ in try report() }
        var answers = MovingShapesAnswers(task: task)
        answers.add(subject.scores, truth: subject.drawn.scene)
        var findings = ClipFindings(
            clip: index, error: answers.errors[0], rows: [:], shares: [:],
            losses: try losses(subject, other: shapes.clip(UInt64(index) + 1), parallelism: parallelism),
            directions: try directions(subject, seed: options.seed &+ UInt64(index), control: control), curves: [:])
        let meter = curveMeter(subject, parallelism: parallelism)
        for (name, score) in [
            ("trained", subject.trained), ("logits", subject.logits), ("all_weights", subject.allWeights),
        ] {
            let result = try Gradient().attribute(subject.decomposition, to: score, control: control)
            findings.shares[name] = result.shares.map {
                .init(appearance: $0.appearance.share, motion: $0.motion.share, residual: $0.residual.share)
            }
        }
        let random = try RandomMaps(seed: options.seed &+ UInt64(index), like: subject)
        for method in options.methods {
            let attribution = method.method(
                MethodParameters(
                    samples: options.samples, tolerance: nil, levels: options.levels, baseline: .still, layer: ""),
                noise: PhiloxNoise(seed: options.seed &+ UInt64(index)))
            for input in [subject.pixels, subject.decomposition] {
                func maps(_ score: Score) throws -> [AttributionMap] {
                    try attribution.attribute(input, to: score, control: control).maps
                }
                let (trained, logits, allWeights) = try (
                    maps(subject.trained), maps(subject.logits), maps(subject.allWeights)
                )
                let rows = trained.enumerated().filter { input.space == .pixels || $1.kind != .pixels }
                    .map { RowMaps(trained: $1, logits: logits[$0], allWeights: allWeights[$0]) }
                let measured = Parallel.map(rows, parallelism) {
                    $0.measured(unit: attribution.facts.unit, regions: regions, bare: bare, random: random)
                }
                for (row, maps) in zip(measured, rows) {
                    let key = StudyRow(method: method, kind: maps.trained.kind).key
                    findings.rows[key] = row
                    // The first frame alone orders neither frames nor blocks behind it.
                    guard index < options.curveClips, maps.trained.kind != .firstFrame else { continue }
                    findings.curves[key] = try meter.areas(
                        MagnitudeField(maps.trained, unit: attribution.facts.unit),
                        seed: options.seed &+ UInt64(index))
                }
            }
        }
        return findings
    }

    func subject(_ index: Int, parallelism: Parallelism) throws -> StudySubject {
        try StudySubject(
            shapes.clip(UInt64(index)), network: network, seed: options.seed &+ UInt64(index), parallelism: parallelism)
    }

    /// Passes through a network for each clip, for progress.
    package var passesPerClip: Int {
        3
            + options.methods.reduce(0) { sum, method in
                sum + 6
                    * method.method(
                        MethodParameters(
                            samples: options.samples, tolerance: nil, levels: options.levels, baseline: .still,
                            layer: ""),
                        noise: PhiloxNoise(seed: 0)
                    ).passes
            }
    }
}

/// The maps of the three networks for one row.
private struct RowMaps: Sendable {
    let trained, logits, allWeights: AttributionMap

    func measured(
        unit: AttributionUnit, regions: TargetRegions, bare: TargetRegions, random: RandomMaps
    ) -> ClipFindings.Row {
        let ranked = RankedMap(trained)
        let field = MagnitudeField(trained, unit: unit)
        return ClipFindings.Row(
            logits: .init(ranked, RankedMap(logits)), allWeights: .init(ranked, RankedMap(allWeights)),
            randomMap: .init(ranked, random[trained.kind]), trained: Location(field, in: regions),
            randomised: Location(MagnitudeField(allWeights, unit: unit), in: regions),
            trainedWithoutMargin: Location(field, in: bare))
    }
}

/// Maps of random numbers, ranked: what no similarity looks like.
private struct RandomMaps: Sendable {
    private let ranked: [MapKind: RankedMap]

    init(seed: UInt64, like subject: StudySubject) throws {
        var ranked: [MapKind: RankedMap] = [:]
        for kind in MapKind.allCases {
            let shape = subject.shape(of: kind)
            let values = Tensor(uninitialized: shape) { values in
                PhiloxNoise(seed: seed).fill(values, component: .pixels, sample: 0, range: 0..<shape.count)
            }
            ranked[kind] = RankedMap(try AttributionMap(kind: kind, values: values))
        }
        self.ranked = ranked
    }

    subscript(kind: MapKind) -> RankedMap {
        // One of each kind was made.
        guard let map = ranked[kind] else { preconditionFailure("a random map of \(kind)") }
        return map
    }
}
