import Autodiff
import Tensors

extension OperationCases {
    static let addCases = binary(add) { $0 + $1 }
    static let subtractCases = binary(subtract) { $0 - $1 }
    static let multiplyCases = binary(multiply) { $0 * $1 }

    static func binary(
        _ operation: @escaping @Sendable (Variable, Variable) throws -> Variable,
        reference: @escaping @Sendable (Double, Double) -> Double
    ) -> OperationCases {
        let shapes: [(Shape, Shape)] = [
            ([2, 3, 4], [2, 3, 4]), ([2, 5, 3, 4], [5, 1, 1]), ([3, 4], []), ([], []), ([1], [2, 3]),
            ([4, 1, 3], [1, 5, 3]), ([2, 1, 3, 1], [1, 4, 1, 2]), ([3, 1], [3, 5]), ([2, 3, 5], [5]),
        ]
        return OperationCases(
            gradient: shapes.map { a, b in
                GradientCase(
                    name: "\(a) and \(b)", operands: [Pattern.tensor(a, seed: 1), Pattern.tensor(b, seed: 2)],
                    step: 0.5,
                    operation: { try operation($0[0], $0[1]) },
                    reference: { operands in
                        let rank = max(operands[0].shape.count, operands[1].shape.count)
                        let aligned = operands.map { Array(repeating: 1, count: rank - $0.shape.count) + $0.shape }
                        let shape = zip(aligned[0], aligned[1]).map { $0 == 1 ? $1 : $0 }
                        let (x, y) = (operands[0].broadcast(to: shape), operands[1].broadcast(to: shape))
                        return Reference(shape, zip(x.values, y.values).map(reference))
                    })
            },
            large: [
                LargeCase(
                    operands: [Pattern.tensor([3, 40000], seed: 1), Pattern.tensor([3, 40000], seed: 2)],
                    operation: { try operation($0[0], $0[1]) }),
                LargeCase(
                    operands: [Pattern.tensor([2, 40, 31, 33], seed: 1), Pattern.tensor([40, 1, 1], seed: 2)],
                    operation: { try operation($0[0], $0[1]) }),
                LargeCase(
                    operands: [Pattern.tensor([300, 1, 7], seed: 1), Pattern.tensor([1, 50, 7], seed: 2)],
                    operation: { try operation($0[0], $0[1]) }),
            ])
    }
}
