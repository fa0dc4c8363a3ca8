import Autodiff
import Foundation
import Tensors

extension OperationCases {
    static let attentionCases = OperationCases(
        gradient: [
            attentionCase("one product", [4, 3], keys: 5, width: 2),
            attentionCase("a stack", [2, 3, 4, 3], keys: 3, width: 3),
            attentionCase("one query", [2, 1, 4], keys: 6, width: 1),
            attentionCase(
                "biases and a mask", [2, 2, 3, 2], keys: 4, width: 2,
                biases: [
                    AttentionBias(values: Pattern.tensor([2, 3, 4], seed: 7), matrices: [0, 1, 0, 1]),
                    AttentionBias(values: mask, matrices: [0, 0, 0, 0]),
                ]),
        ],
        large: [
            LargeCase(
                operands: [
                    Pattern.tensor([3, 500, 40], seed: 1), Pattern.tensor([3, 700, 40], seed: 2),
                    Pattern.tensor([3, 700, 50], seed: 3),
                ],
                operation: { try attention(queries: $0[0], keys: $0[1], values: $0[2], scale: 0.2) })
        ])

    /// Query 1 sees keys 2 and 3 only.
    private static let mask = Tensor(uninitialized: [1, 3, 4]) { buffer in
        for place in buffer.indices { buffer[place] = (4..<6).contains(place) ? -.infinity : 0 }
    }

    private static func attentionCase(
        _ name: String, _ queries: Shape, keys: Int, width: Int, biases: [AttentionBias] = []
    ) -> GradientCase {
        let stack = queries.extents.dropLast(2)
        let scale: Float = 0.75
        return GradientCase(
            name: name,
            operands: [
                Pattern.tensor(queries, seed: 1),
                Pattern.tensor(Shape(stack + [keys, queries[queries.rank - 1]]), seed: 2),
                Pattern.tensor(Shape(stack + [keys, width]), seed: 3),
            ],
            operation: {
                try attention(queries: $0[0], keys: $0[1], values: $0[2], scale: scale, biases: biases)
            },
            reference: { p in
                let depth = queries[queries.rank - 1]
                return Reference(p[0].shape.dropLast() + [width]) { index in
                    let matrix = Array(index.dropLast(2))
                    let query = index[index.count - 2]
                    let product = zip(matrix, stack).reduce(0) { $0 * $1.1 + $1.0 }
                    let weights = (0..<keys).map { key in
                        let logit = (0..<depth).reduce(0) {
                            $0 + p[0][matrix + [query, $1]] * p[1][matrix + [key, $1]]
                        }
                        let added = biases.reduce(0) { sum, bias in
                            let place = (bias.matrices[product] * queries[queries.rank - 2] + query) * keys + key
                            return sum + Double(bias.values.values[place])
                        }
                        return exp(logit * Double(scale) + added)
                    }
                    let values = (0..<keys).map { p[2][matrix + [$0, index[index.count - 1]]] }
                    return zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
                }
            })
    }
}
