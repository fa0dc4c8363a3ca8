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

    static let layerNormalizationCases = OperationCases(
        gradient: [
            layerNormalizationCase("the last axis", [3, 13], axis: 1, has: (scale: true, shift: true)),
            layerNormalizationCase("two axes", [2, 3, 4, 5], axis: 2, has: (scale: true, shift: true)),
            layerNormalizationCase("all axes, without a shift", [4, 3], axis: 0, has: (scale: true, shift: false)),
            layerNormalizationCase("without parameters", [3, 2, 9], axis: 2, has: (scale: false, shift: false)),
        ],
        large: [[3000, 40], [7, 33000]].map { (shape: Shape) in
            LargeCase(
                operands: layerParameters(shape, axis: 1),
                operation: { try layerNormalization($0[0], axis: 1, scale: $0[1], shift: $0[2], epsilon: 0.01) })
        })

    private static func layerParameters(_ x: Shape, axis: Int) -> [Tensor] {
        let extents = Shape(Array(x.extents[axis...]))
        return [
            Pattern.tensor(x, seed: 1) { $0 + 0.3 }, Pattern.tensor(extents, seed: 2) { 1.5 + $0 },
            Pattern.tensor(extents, seed: 3),
        ]
    }

    private static func layerNormalizationCase(
        _ name: String, _ x: Shape, axis: Int, has: (scale: Bool, shift: Bool)
    ) -> GradientCase {
        let all = layerParameters(x, axis: axis)
        let present = [true, has.scale, has.shift]
        return GradientCase(
            name: name, operands: zip(all, present).filter(\.1).map(\.0), step: 1e-3,
            operation: {
                try layerNormalization(
                    $0[0], axis: axis, scale: has.scale ? $0[1] : nil, shift: has.shift ? $0[$0.count - 1] : nil,
                    epsilon: 0.01)
            },
            reference: { p in
                let columns = x.extents[axis...].reduce(1, *)
                let values = p[0].values.indices.map { index in
                    let row = p[0].values[(index / columns * columns)...].prefix(columns)
                    let mean = row.reduce(0, +) / Double(columns)
                    let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns)
                    let normalised = (p[0].values[index] - mean) / (variance + Double(Float(0.01))).squareRoot()
                    return normalised * (has.scale ? p[1].values[index % columns] : 1)
                        + (has.shift ? p[p.count - 1].values[index % columns] : 0)
                }
                return Reference(p[0].shape, values)
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
