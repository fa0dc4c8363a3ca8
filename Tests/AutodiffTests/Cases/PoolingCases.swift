import Autodiff
import Tensors

extension OperationCases {
    static let adaptiveAveragePooling3DCases = OperationCases(
        gradient: [
            adaptive("global mean", [2, 3, 3, 4, 5], .one),
            adaptive("windows that overlap", [1, 2, 5, 7, 3], Extent3(depth: 2, height: 3, width: 2)),
            adaptive("more windows than elements", [1, 2, 2, 3, 2], Extent3(depth: 3, height: 4, width: 2)),
        ],
        large: [
            LargeCase(
                operands: [Pattern.tensor([3, 24, 4, 30, 31], seed: 1)],
                operation: { try adaptiveAveragePooling3D($0[0], output: Extent3(depth: 3, height: 4, width: 7)) })
        ])

    private static func adaptive(_ name: String, _ x: Shape, _ output: Extent3) -> GradientCase {
        GradientCase(
            name: name, operands: [Pattern.tensor(x, seed: 1)], step: 0.5,
            operation: { try adaptiveAveragePooling3D($0[0], output: output) },
            reference: { p in
                Reference(Array(p[0].shape[..<2]) + output.extents) { index in
                    let windows = (0..<3).map { axis in
                        let (extent, count, i) = (p[0].shape[2 + axis], output.extents[axis], index[2 + axis])
                        let first = Int((Double(i * extent) / Double(count)).rounded(.down))
                        return Array(first..<Int((Double((i + 1) * extent) / Double(count)).rounded(.up)))
                    }
                    let elements = windows[0].flatMap { t in windows[1].flatMap { h in windows[2].map { [t, h, $0] } } }
                    return elements.reduce(0) { $0 + p[0][Array(index[..<2]) + $1] } / Double(elements.count)
                }
            })
    }
}
