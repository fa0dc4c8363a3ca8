import Autodiff
import Tensors

extension OperationCases {
    static let reluCases = elementwise(relu, kinks: [0]) { max($0, 0) }

    /// Cases of an operation of one operand that maps values one by one.
    /// - Parameter kinks: where it has no derivative; the points keep away from them.
    static func elementwise(
        _ operation: @escaping @Sendable (Variable) -> Variable, kinks: [Float] = [],
        reference: @escaping @Sendable (Double) -> Double
    ) -> OperationCases {
        OperationCases(
            gradient: [
                // 77 values: not a multiple of a vector.
                GradientCase(
                    name: "77 values",
                    operands: [Pattern.tensor([7, 11], seed: 1, range: 8, avoiding: kinks, distance: 0.01)],
                    operation: { operation($0[0]) }, reference: { $0[0].map(reference) }),
                GradientCase(
                    name: "near zero",
                    operands: [Pattern.tensor([3, 3], seed: 2, range: 0.5, avoiding: kinks, distance: 0.01)],
                    operation: { operation($0[0]) }, reference: { $0[0].map(reference) }),
            ],
            large: [
                LargeCase(operands: [Pattern.tensor([5, 20011], seed: 1) { $0 * 8 }], operation: { operation($0[0]) })
            ])
    }
}
