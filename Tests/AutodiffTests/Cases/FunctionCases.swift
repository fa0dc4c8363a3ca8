import Autodiff
import Foundation
import Tensors

extension OperationCases {
    static let affineCases = elementwise({ affine($0, factor: -1.5, addend: 0.25) }) { -1.5 * $0 + 0.25 }
    static let absoluteCases = elementwise(absolute, kinks: [0]) { abs($0) }
    static let errorFunctionCases = elementwise(errorFunction) { erf($0) }
    static let softplusCases = elementwise(softplus) { log1p(exp(-abs($0))) + max($0, 0) }
    static let sineCases = elementwise(sine) { sin($0) }
    static let cosineCases = elementwise(cosine) { cos($0) }
    static let leakyReluCases = elementwise({ leakyRelu($0, slope: 0.2) }, kinks: [0]) { $0 > 0 ? $0 : 0.2 * $0 }
    static let exponentialCases = elementwise(exponential) { exp($0) }
    static let logarithmCases = positive(logarithm) { log($0) }
    static let squareRootCases = positive(squareRoot) { $0.squareRoot() }

    static let eluCases = joining([
        elementwise({ elu($0, alpha: 0.75, width: 1, scale: 1) }, kinks: [0]) { $0 > 0 ? $0 : 0.75 * expm1($0) },
        elementwise({ elu($0, alpha: 2, width: 2, scale: 1.5) }, kinks: [0]) { $0 > 0 ? 1.5 * $0 : 2 * expm1($0 / 2) },
    ])

    static let clampCases = joining([
        elementwise({ clamp($0, lower: -2, upper: 3) }, kinks: [-2, 3]) { min(max($0, -2), 3) },
        elementwise({ clamp($0, lower: -.infinity, upper: 0.25) }, kinks: [0.25]) { min($0, 0.25) },
    ])

    static let powerCases = joining([
        elementwise({ power($0, exponent: 2) }) { $0 * $0 },
        elementwise({ power($0, exponent: 3) }) { $0 * $0 * $0 },
        positive({ power($0, exponent: 1.5) }) { pow($0, 1.5) },
        positive({ power($0, exponent: -0.5) }) { pow($0, -0.5) },
        OperationCases(
            gradient: [
                GradientCase(
                    name: "an exponent each", operands: [Pattern.tensor([2, 1, 3], seed: 1) { $0 + 1.5 }],
                    operation: { try power($0[0], exponents: $0[0].tape.constant(exponents)) },
                    reference: { operands in
                        let (x, e) = (
                            operands[0].broadcast(to: [2, 2, 3]), Reference(exponents).broadcast(to: [2, 2, 3])
                        )
                        return Reference([2, 2, 3], zip(x.values, e.values).map { pow($0, $1) })
                    })
            ], large: []),
    ])

    private static let exponents = Pattern.tensor([2, 3], seed: 5) { $0 * 3 }

    static let divideCases = pairs(divide, second: { $0 + ($0 < 0 ? -0.5 : 0.5) }) { $0 / $1 }
    static let extremeCases = joining([
        pairs({ try extreme($0, $1, .maximum) }, second: { $0 * 1.01 }) { max($0, $1) },
        pairs({ try extreme($0, $1, .minimum) }, second: { $0 * 1.01 }) { min($0, $1) },
    ])

    static func joining(_ cases: [OperationCases]) -> OperationCases {
        OperationCases(gradient: cases.flatMap(\.gradient), large: cases.flatMap(\.large))
    }

    /// Cases of a function that is defined above zero only.
    private static func positive(
        _ operation: @escaping @Sendable (Variable) -> Variable, reference: @escaping @Sendable (Double) -> Double
    ) -> OperationCases {
        OperationCases(
            gradient: [
                GradientCase(
                    name: "77 values", operands: [Pattern.tensor([7, 11], seed: 1) { $0 * 2 + 2.5 }],
                    operation: { operation($0[0]) }, reference: { $0[0].map(reference) })
            ],
            large: [
                LargeCase(
                    operands: [Pattern.tensor([5, 20011], seed: 1) { $0 + 1.5 }], operation: { operation($0[0]) })
            ])
    }

    /// Cases of a smooth or piecewise smooth function of two operands that repeat each other.
    private static func pairs(
        _ operation: @escaping @Sendable (Variable, Variable) throws -> Variable, second: (Float) -> Float,
        reference: @escaping @Sendable (Double, Double) -> Double
    ) -> OperationCases {
        let shapes: [(Shape, Shape)] = [
            ([2, 3, 4], [2, 3, 4]), ([3, 4], []), ([4, 1, 3], [1, 5, 3]), ([3], [2, 3]),
        ]
        return OperationCases(
            gradient: shapes.map { a, b in
                GradientCase(
                    name: "\(a) and \(b)", operands: [Pattern.tensor(a, seed: 1), Pattern.tensor(b, seed: 2, second)],
                    step: 1e-5,
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
                    operands: [
                        Pattern.tensor([2, 40, 31, 33], seed: 1), Pattern.tensor([40, 1, 1], seed: 2, second),
                    ],
                    operation: { try operation($0[0], $0[1]) })
            ])
    }
}
