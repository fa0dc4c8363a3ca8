import Attribution
import Cine

/// The numbers of the report (Hughes, figure 2).
struct HughesTable {
    struct Row: Hashable, Sendable, Encodable {
        let title: String
        let logits, allWeights: Double
        let targetOverUnion, targetOverAll: Double
        let randomisedOverUnion, randomisedOverAll: Double
    }

    static let rows = [
        Row(
            title: "vanilla/x", logits: 0.24, allWeights: 0.00, targetOverUnion: 0.92, targetOverAll: 2.51,
            randomisedOverUnion: 0.90, randomisedOverAll: 0.80),
        Row(
            title: "flow/error", logits: 0.20, allWeights: 0.01, targetOverUnion: 1.61, targetOverAll: 5.65,
            randomisedOverUnion: 1.27, randomisedOverAll: 0.26),
        Row(
            title: "smoothflow/error", logits: 0.56, allWeights: 0.14, targetOverUnion: 2.42, targetOverAll: 0.02,
            randomisedOverUnion: 1.82, randomisedOverAll: 0.03),
        Row(
            title: "flow/flow", logits: 0.26, allWeights: 0.00, targetOverUnion: 1.43, targetOverAll: 6.83,
            randomisedOverUnion: 1.29, randomisedOverAll: 6.08),
        Row(
            title: "smoothflow/flow", logits: 0.28, allWeights: 0.02, targetOverUnion: 1.12, targetOverAll: 3.47,
            randomisedOverUnion: 1.07, randomisedOverAll: 4.88),
    ]
}
