import Autodiff
import Tensors

extension OperationCases {
    static let batchStatisticsNormalizationCases = OperationCases(
        gradient: [
            normalized("five axes", [3, 3, 2, 3, 5], rectified: false),
            normalized("rank two", [7, 4], rectified: false),
            normalized("with a ReLU", [2, 3, 3, 4, 3], rectified: true),
            normalized("with a ReLU, planes that end within a byte", [4, 2, 13], rectified: true),
        ],
        large: [false, true].map { rectified in
            LargeCase(operands: batchOperands([3, 5, 3, 133, 97])) { try normalize($0, rectified: rectified) }
        })

    private static let epsilon = 0.01

    private static func normalize(_ p: [Variable], rectified: Bool) throws -> Variable {
        try batchStatisticsNormalization(p[0], scale: p[1], shift: p[2], epsilon: epsilon, rectified: rectified).value
    }

    private static func batchOperands(_ shape: Shape) -> [Tensor] {
        [
            Pattern.tensor(shape, seed: 4) { 0.7 + 1.3 * $0 }, Pattern.tensor([shape[1]], seed: 5) { 1.5 + $0 },
            Pattern.tensor([shape[1]], seed: 6) { 0.3 * $0 },
        ]
    }

    private static func normalized(_ name: String, _ shape: Shape, rectified: Bool) -> GradientCase {
        GradientCase(
            name: name, operands: batchOperands(shape), step: 1e-5,
            operation: { try normalize($0, rectified: rectified) },
            reference: { p in
                let (x, channels) = (p[0], p[0].shape[1])
                let places = Reference.indices(of: x.shape)
                let values = (0..<channels).map { channel in places.filter { $0[1] == channel }.map { x[$0] } }
                let means = values.map { $0.reduce(0, +) / Double($0.count) }
                let variances = zip(values, means).map { values, mean in
                    values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
                }
                return Reference(x.shape) { index in
                    let channel = index[1]
                    let unit = (x[index] - means[channel]) / (variances[channel] + epsilon).squareRoot()
                    let y = unit * p[1].values[channel] + p[2].values[channel]
                    return rectified ? max(y, 0) : y
                }
            })
    }

    static let dropoutCases = OperationCases(
        gradient: [
            dropped("a third", [3, 7, 5], 1.0 / 3), dropped("almost all", [200], 0.95), dropped("none", [11], 0),
        ],
        large: [
            LargeCase(operands: [Pattern.tensor([3, 70_001], seed: 1)]) {
                try dropout($0[0], probability: 0.4, seed: DropoutSeed(seed: 1 << 40, step: 3, layer: 1))
            }
        ])

    private static func dropped(_ name: String, _ shape: Shape, _ probability: Double) -> GradientCase {
        let seed = DropoutSeed(seed: 9, step: 2, layer: 0)
        // Which values are kept follows from Philox's words, one a value.
        let kept = (0..<shape.count).map { place in
            let words = Philox.words(counter: (UInt32(place / 4), 0, 2, 0), key: (9, 0))
            let word = [words.0, words.1, words.2, words.3][place % 4]
            return Double(word) * 0x1p-32 >= probability
        }
        return GradientCase(
            name: name, operands: [Pattern.tensor(shape, seed: 3)],
            operation: { try dropout($0[0], probability: probability, seed: seed) },
            reference: { p in
                Reference(
                    p[0].shape, zip(p[0].values, kept).map { $1 ? $0 / (1 - probability) : 0 })
            })
    }
}
