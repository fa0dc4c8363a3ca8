import Autodiff
import Tensors

extension OperationCases {
    static let reshapeCases = OperationCases(
        gradient: [
            GradientCase(
                name: "to another rank", operands: [Pattern.tensor([2, 3, 4], seed: 1)], step: 0.5,
                operation: { try reshape($0[0], to: [6, 4]) }, reference: { Reference([6, 4], $0[0].values) })
        ],
        large: [
            LargeCase(
                operands: [Pattern.tensor([100, 1000], seed: 1)], operation: { try reshape($0[0], to: [10, 10, 1000]) })
        ])

    static let concatenateCases = OperationCases(
        gradient: [
            concatenation("along the first axis", [[2, 3], [1, 3]], axis: 0),
            concatenation("in the middle", [[2, 2, 4], [2, 3, 4], [2, 1, 4]], axis: 1),
            concatenation("along the last axis", [[3, 2, 1], [3, 2, 4]], axis: 2),
            concatenation("a single array", [[2, 3]], axis: 1),
        ],
        large: [
            LargeCase(
                operands: [Pattern.tensor([3, 40000], seed: 1), Pattern.tensor([3, 70001], seed: 2)],
                operation: { try concatenate($0, axis: 1) }),
            LargeCase(
                operands: [Pattern.tensor([20000, 2], seed: 1), Pattern.tensor([20000, 3], seed: 2)],
                operation: { try concatenate($0, axis: 1) }),
        ])

    private static func concatenation(_ name: String, _ shapes: [Shape], axis: Int) -> GradientCase {
        GradientCase(
            name: name, operands: shapes.enumerated().map { Pattern.tensor($1, seed: UInt64($0)) }, step: 0.5,
            operation: { try concatenate($0, axis: axis) },
            reference: { parts in
                var shape = parts[0].shape
                shape[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
                return Reference(shape) { index in
                    var index = index
                    var part = 0
                    while index[axis] >= parts[part].shape[axis] {
                        index[axis] -= parts[part].shape[axis]
                        part += 1
                    }
                    return parts[part][index]
                }
            })
    }
}
