import Autodiff
import Foundation
import Tensors

extension OperationCases {
    static let reluCases = elementwise(relu, kinks: [0]) { max($0, 0) }
    static let relu6Cases = elementwise(relu6, kinks: [0, 6]) { min(max($0, 0), 6) }
    static let sigmoidCases = elementwise(sigmoid) { 1 / (1 + exp(-$0)) }
    static let tanhCases = elementwise(tanh) { Foundation.tanh($0) }
    static let siluCases = elementwise(silu) { $0 / (1 + exp(-$0)) }
    static let hardswishCases = elementwise(hardswish, kinks: [-3, 3]) { $0 * min(max($0 + 3, 0), 6) / 6 }

    static let hardsigmoidCases = joined([
        elementwise({ hardsigmoid($0, slope: 1 / 6, offset: 0.5) }, kinks: [-3, 3]) { min(max($0 / 6 + 0.5, 0), 1) },
        elementwise({ hardsigmoid($0, slope: -0.5, offset: 0.25) }, kinks: [-1.5, 0.5]) {
            min(max(0.25 - $0 / 2, 0), 1)
        },
    ])

    static let geluCases = joined([
        elementwise({ gelu($0, approximation: .none) }) { $0 * (1 + erf($0 / 2.0.squareRoot())) / 2 },
        elementwise({ gelu($0, approximation: .tanh) }) { x in
            x * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x))) / 2
        },
    ])

    private static func joined(_ cases: [OperationCases]) -> OperationCases {
        OperationCases(gradient: cases.flatMap(\.gradient), large: cases.flatMap(\.large))
    }

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
