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
}
