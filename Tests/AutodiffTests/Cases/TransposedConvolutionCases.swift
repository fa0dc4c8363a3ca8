import Autodiff
import Tensors

extension OperationCases {
    private struct Setting: Sendable {
        let name: String
        let x, weight: Shape
        let geometry: ConvolutionGeometry
        let extra: Extent3
    }

    private static let settings = [
        Setting(
            name: "strided", x: [1, 2, 2, 3, 3], weight: [2, 3, 1, 2, 2],
            geometry: ConvolutionGeometry(
                stride: Extent3(depth: 1, height: 2, width: 2), padding: .zero, dilation: .one, groups: 1),
            extra: .zero),
        Setting(
            name: "padded, dilated, grouped, longer", x: [2, 4, 2, 3, 4], weight: [4, 2, 2, 3, 3],
            geometry: ConvolutionGeometry(
                stride: Extent3(depth: 2, height: 1, width: 3), padding: Extent3(depth: 0, height: 1, width: 1),
                dilation: Extent3(depth: 1, height: 2, width: 1), groups: 2),
            extra: Extent3(depth: 1, height: 0, width: 2)),
    ]

    static let transposedConvolution3DCases = OperationCases(
        gradient: settings.map { setting in
            let weight = Pattern.tensor(setting.weight, seed: 2)
            let channels = setting.weight[1] * setting.geometry.groups
            let bias = Pattern.tensor([channels], seed: 3)
            return GradientCase(
                name: setting.name, operands: [Pattern.tensor(setting.x, seed: 1)], step: 0.5,
                operation: {
                    let tape = $0[0].tape
                    return try transposedConvolution3D(
                        $0[0], weight: tape.constant(weight), bias: tape.constant(bias), geometry: setting.geometry,
                        extra: setting.extra)
                },
                reference: { spread($0[0], Reference(weight), Reference(bias), setting) })
        },
        large: [
            LargeCase(
                operands: [Pattern.tensor([1, 8, 4, 20, 20], seed: 1)],
                operation: {
                    try transposedConvolution3D(
                        $0[0], weight: $0[0].tape.constant(Pattern.tensor([8, 4, 2, 2, 2], seed: 2)), bias: nil,
                        geometry: ConvolutionGeometry(
                            stride: Extent3(2), padding: .zero, dilation: .one, groups: 1), extra: .zero)
                })
        ])

    /// Each value of the input added to the places of its window.
    private static func spread(_ x: Reference, _ weight: Reference, _ bias: Reference, _ setting: Setting) -> Reference
    {
        let geometry = setting.geometry
        let (strides, pads) = (geometry.stride.extents, geometry.padding.extents)
        let dilations = geometry.dilation.extents
        let extents = (0..<3).map { axis -> Int in
            let first: Int = (x.shape[axis + 2] - 1) * strides[axis] - 2 * pads[axis]
            let window: Int = dilations[axis] * (weight.shape[axis + 2] - 1) + 1
            return first + window + setting.extra.extents[axis]
        }
        let (inputs, outputs) = (x.shape[1] / geometry.groups, weight.shape[1])
        var result = Reference([x.shape[0], outputs * geometry.groups] + extents) { bias.values[$0[1]] }
        for index in Reference.indices(of: x.shape) {
            let group = index[1] / inputs
            for tap in Reference.indices(of: Array(weight.shape[1...])) {
                let place = (0..<3).map { axis -> Int in
                    let first: Int = index[axis + 2] * strides[axis] - pads[axis]
                    return first + tap[axis + 1] * dilations[axis]
                }
                guard zip(place, extents).allSatisfy({ $0 >= 0 && $0 < $1 }) else { continue }
                result[[index[0], group * outputs + tap[0]] + place] += x[index] * weight[[index[1]] + tap]
            }
        }
        return result
    }
}
