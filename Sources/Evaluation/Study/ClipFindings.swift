/// Everything that was measured on one clip; kept as one line, so that a run which was interrupted goes on behind its last whole clip.
package struct ClipFindings: Hashable, Sendable, Codable {
    /// Rank correlations of two maps, -1…1, element by element; nil when one is constant.
    package struct Similarity: Hashable, Sendable, Codable {
        package var signed: Double?
        /// Of magnitudes.
        package var absolute: Double?

        init(_ a: RankedMap, _ b: RankedMap) {
            signed = a.signed.flatMap { a in b.signed.flatMap { RankCorrelation.spearman(a, $0) } }
            absolute = a.magnitudes.flatMap { a in b.magnitudes.flatMap { RankCorrelation.spearman(a, $0) } }
        }
    }

    /// Of one row of the table.
    package struct Row: Hashable, Sendable, Codable {
        /// Against the network with random logits, that with random parameters throughout, and a map of random numbers.
        package var logits, allWeights, randomMap: Similarity
        package var trained: Location
        /// Of the network with random parameters throughout.
        package var randomised: Location
        /// Of the trained network's map without a margin around the shapes.
        package var trainedWithoutMargin: Location
    }

    /// Appearance, motion, residual: they sum to one.
    package struct Shares: Hashable, Sendable, Codable {
        package var appearance, motion, residual: Double
    }

    /// What became of the answer when a part was taken from the clip.
    package struct Loss: Hashable, Sendable, Codable {
        /// As ``ClipFindings/error`` is.
        package var error: Double
        /// How far the answer moved: the predicted class's loss of probability, or the angle between the two directions in degrees.
        package var change: Double
    }

    package var clip: Int
    /// 0 for a right number of sides and 1 for a wrong one, or the error of the angle in degrees.
    package var error: Double
    /// By ``StudyRow/key``.
    package var rows: [String: Row]
    /// Of the plain gradient; `trained`, `logits`, `all_weights`.
    package var shares: [String: Shares]
    /// By ``Ablation``.
    package var losses: [String: Loss]
    package var directions: DirectionErrors
    /// By ``StudyRow/key``; empty for clips behind the first ``StudyOptions/curveClips``.
    package var curves: [String: CurveAreas]
}
