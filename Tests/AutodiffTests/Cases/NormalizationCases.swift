import Autodiff
import Foundation
import Tensors

extension OperationCases {
    static let batchNormalizationCases = OperationCases(
        gradient: [
            GradientCase(
                name: "all parameters", operands: parameters([2, 3, 2, 3, 4]), step: 1e-3, operation: normalize,
                reference: naiveBatchNormalization),
            GradientCase(
                name: "rank two, without scale and shift",
                operands: Array(
                    parameters([5, 4]).enumerated().filter { $0.offset == 0 || $0.offset > 2 }.map(\.element)),
                step: 1e-3,
                operation: {
                    try batchNormalization($0[0], scale: nil, shift: nil, mean: $0[1], variance: $0[2], epsilon: 0.01)
                },
                reference: {
                    let (ones, zeros) = ($0[1].map { _ in 1 }, $0[1].map { _ in 0 })
                    return naiveBatchNormalization([$0[0], ones, zeros, $0[1], $0[2]])
                }),
        ],
        large: [LargeCase(operands: parameters([2, 3, 3, 160, 90]), operation: normalize)])

    static let softmaxCases = OperationCases(
        gradient: [
            softmaxCase("along the last axis", [3, 37], axis: 1), softmaxCase("in the middle", [2, 5, 3], axis: 1),
            softmaxCase("many columns", [4, 70], axis: 0), softmaxCase("a vector", [9], axis: 0),
        ],
        large: [
            LargeCase(operands: [Pattern.tensor([300, 401], seed: 1)], operation: { try softmax($0[0], axis: 1) }),
            LargeCase(operands: [Pattern.tensor([2, 30, 5003], seed: 1)], operation: { try softmax($0[0], axis: 1) }),
            LargeCase(operands: [Pattern.tensor([9000, 4, 3], seed: 1)], operation: { try softmax($0[0], axis: 1) }),
        ])

    private static func softmaxCase(_ name: String, _ shape: Shape, axis: Int) -> GradientCase {
        GradientCase(
            name: name, operands: [Pattern.tensor(shape, seed: 1) { $0 * 4 }],
            operation: { try softmax($0[0], axis: axis) },
            reference: { p in
                Reference(p[0].shape) { index in
                    let line = (0..<p[0].shape[axis]).map { place in
                        var other = index
                        other[axis] = place
                        return exp(p[0][other])
                    }
                    return line[index[axis]] / line.reduce(0, +)
                }
            })
    }

    private static func parameters(_ x: Shape) -> [Tensor] {
        let channels: Shape = [x[1]]
        return [
            Pattern.tensor(x, seed: 1), Pattern.tensor(channels, seed: 2) { 1.5 + $0 },
            Pattern.tensor(channels, seed: 3),
            Pattern.tensor(channels, seed: 4), Pattern.tensor(channels, seed: 5) { 1.2 + $0 },
        ]
    }

    private static let normalize: @Sendable ([Variable]) throws -> Variable = {
        try batchNormalization($0[0], scale: $0[1], shift: $0[2], mean: $0[3], variance: $0[4], epsilon: 0.01)
    }
}

private func naiveBatchNormalization(_ p: [Reference]) -> Reference {
    Reference(p[0].shape) { index in
        let c = index[1]
        let epsilon = Double(Float(0.01))
        return (p[0][index] - p[3].values[c]) / (p[4].values[c] + epsilon).squareRoot() * p[1].values[c]
            + p[2].values[c]
    }
}
