import Autodiff
import Tensors

extension OperationCases {
    static let convolution3DCases = OperationCases(
        gradient: [
            convolution("3×3×3, padded", [1, 2, 4, 5, 5], [3, 2, 3, 3, 3], padding: .one),
            convolution(
                "everything at once", [2, 4, 6, 7, 8], [6, 2, 2, 3, 2],
                stride: Extent3(depth: 2, height: 3, width: 1), padding: Extent3(depth: 1, height: 2, width: 1),
                dilation: Extent3(depth: 3, height: 1, width: 2), groups: 2),
            convolution("stride 2 with phases", [1, 3, 5, 6, 7], [4, 3, 3, 3, 3], stride: Extent3(2), padding: .one),
            convolution("stride beyond the kernel", [1, 2, 5, 7, 7], [3, 2, 1, 2, 2], stride: Extent3(3)),
            convolution("padding beyond the kernel", [1, 2, 2, 3, 2], [3, 2, 2, 2, 2], padding: Extent3(3)),
            convolution("1×1×1", [2, 3, 3, 4, 5], [5, 3, 1, 1, 1]),
            convolution("1×1×1 with stride", [1, 3, 3, 5, 5], [4, 3, 1, 1, 1], stride: Extent3(2)),
            convolution(
                "3×1×1 on wide slices", [1, 2, 4, 16, 16], [2, 2, 3, 1, 1],
                stride: Extent3(depth: 2, height: 1, width: 1), padding: Extent3(depth: 1, height: 0, width: 0)),
            convolution(
                "3×1×1 dilated on small slices", [2, 3, 7, 2, 3], [2, 3, 3, 1, 1],
                padding: Extent3(depth: 2, height: 0, width: 0), dilation: Extent3(depth: 2, height: 1, width: 1)),
            convolution(
                "time padding beyond the clip", [1, 2, 2, 16, 16], [2, 2, 2, 1, 1],
                padding: Extent3(depth: 3, height: 0, width: 0)),
            convolution("depthwise", [2, 5, 4, 5, 6], [5, 1, 3, 3, 3], padding: .one, groups: 5),
            convolution(
                "depthwise with stride and multiplier", [1, 3, 5, 6, 7], [6, 1, 3, 3, 2],
                stride: Extent3(depth: 1, height: 2, width: 2), padding: .one, groups: 3),
            convolution("depthwise with stride 3", [1, 2, 4, 7, 8], [2, 1, 2, 2, 2], stride: Extent3(3), groups: 2),
            // Lines of one to five vectors, an odd row at the end, windows as large as the plane.
            convolution(
                "depthwise on wide lines", [1, 2, 1, 3, 38], [2, 1, 1, 3, 5],
                padding: Extent3(depth: 0, height: 1, width: 2), groups: 2),
            convolution(
                "depthwise 1×7×7 on a small plane", [1, 2, 1, 7, 7], [2, 1, 1, 7, 7],
                padding: Extent3(depth: 0, height: 3, width: 3), groups: 2),
            convolution(
                "depthwise on lines of two vectors", [1, 2, 2, 5, 14], [2, 1, 3, 3, 3], padding: .one, groups: 2),
            convolution(
                "depthwise, dilated, with stride, on lines of three vectors", [1, 2, 3, 7, 45], [4, 1, 2, 2, 3],
                stride: Extent3(depth: 1, height: 3, width: 2), padding: Extent3(depth: 0, height: 2, width: 5),
                dilation: Extent3(depth: 2, height: 2, width: 4), groups: 2),
            convolution(
                "depthwise with more taps than the kernel for it takes", [1, 2, 1, 2, 66], [2, 1, 1, 1, 65],
                padding: Extent3(depth: 0, height: 0, width: 1), groups: 2),
            convolution(
                "stem: few channels to many", [1, 2, 3, 9, 8], [17, 2, 2, 3, 3],
                stride: Extent3(depth: 2, height: 2, width: 2), padding: Extent3(depth: 1, height: 1, width: 1)),
            convolution(
                "stem with dilation and stride 3", [2, 2, 5, 8, 9], [6, 1, 2, 2, 3],
                stride: Extent3(depth: 1, height: 1, width: 3), padding: Extent3(depth: 2, height: 0, width: 3),
                dilation: Extent3(depth: 2, height: 2, width: 1), groups: 2),
        ],
        large: [
            large([2, 16, 6, 30, 34], [24, 16, 3, 3, 3], stride: .one, padding: .one, groups: 1),
            large([1, 20, 6, 33, 35], [24, 20, 1, 3, 3], stride: Extent3(2), padding: .one, groups: 1),
            large(
                [1, 24, 6, 36, 36], [32, 24, 3, 1, 1], stride: .one, padding: Extent3(depth: 1, height: 0, width: 0),
                groups: 1),
            large([1, 24, 6, 36, 36], [32, 24, 1, 1, 1], stride: .one, padding: .zero, groups: 1),
            large(
                [1, 160, 2, 7, 7], [192, 160, 3, 1, 1], stride: .one, padding: Extent3(depth: 1, height: 0, width: 0),
                groups: 1),
            large(
                [1, 3, 6, 40, 40], [24, 3, 3, 7, 7], stride: Extent3(depth: 1, height: 2, width: 2),
                padding: Extent3(3), groups: 1),
            large([2, 24, 6, 20, 20], [24, 1, 3, 3, 3], stride: .one, padding: .one, groups: 24),
            large(
                [1, 16, 4, 31, 57], [16, 1, 1, 7, 7], stride: Extent3(depth: 1, height: 2, width: 2),
                padding: Extent3(depth: 0, height: 3, width: 3), groups: 16),
        ])

    private static func convolution(
        _ name: String, _ x: Shape, _ weight: Shape, stride: Extent3 = .one, padding: Extent3 = .zero,
        dilation: Extent3 = .one, groups: Int = 1
    ) -> GradientCase {
        let geometry = ConvolutionGeometry(stride: stride, padding: padding, dilation: dilation, groups: groups)
        return GradientCase(
            name: name,
            operands: [
                Pattern.tensor(x, seed: 1), Pattern.tensor(weight, seed: 2), Pattern.tensor([weight[0]], seed: 3),
            ],
            // Linear in each operand: the differences are exact at any step.
            step: 0.5,
            operation: { try convolution3D($0[0], weight: $0[1], bias: $0[2], geometry: geometry) },
            reference: { naiveConvolution($0[0], $0[1], $0[2], geometry) })
    }

    private static func large(
        _ x: Shape, _ weight: Shape, stride: Extent3, padding: Extent3, groups: Int
    ) -> LargeCase {
        let geometry = ConvolutionGeometry(stride: stride, padding: padding, dilation: .one, groups: groups)
        return LargeCase(
            operands: [
                Pattern.tensor(x, seed: 1), Pattern.tensor(weight, seed: 2), Pattern.tensor([weight[0]], seed: 3),
            ],
            operation: { try convolution3D($0[0], weight: $0[1], bias: $0[2], geometry: geometry) })
    }
}

/// The definition, one output element at a time.
func naiveConvolution(
    _ x: Reference, _ weight: Reference, _ bias: Reference, _ geometry: ConvolutionGeometry
) -> Reference {
    let stride = geometry.stride.extents
    let padding = geometry.padding.extents
    let dilation = geometry.dilation.extents
    let out = (0..<3).map { axis -> Int in
        let span = dilation[axis] * (weight.shape[2 + axis] - 1) + 1
        return (x.shape[2 + axis] + 2 * padding[axis] - span) / stride[axis] + 1
    }
    let perGroup = weight.shape[0] / geometry.groups
    let xStrides = Shape(x.shape).strides
    let wStrides = Shape(weight.shape).strides
    return Reference([x.shape[0], weight.shape[0]] + out) { index in
        var sum = bias.values[index[1]]
        let group = index[1] / perGroup
        for c in 0..<weight.shape[1] {
            for kt in 0..<weight.shape[2] {
                let t = index[2] * stride[0] + kt * dilation[0] - padding[0]
                guard t >= 0, t < x.shape[2] else { continue }
                for kh in 0..<weight.shape[3] {
                    let h = index[3] * stride[1] + kh * dilation[1] - padding[1]
                    guard h >= 0, h < x.shape[3] else { continue }
                    for kw in 0..<weight.shape[4] {
                        let w = index[4] * stride[2] + kw * dilation[2] - padding[2]
                        guard w >= 0, w < x.shape[4] else { continue }
                        var from = index[0] * xStrides[0] + (group * weight.shape[1] + c) * xStrides[1]
                        from += t * xStrides[2] + h * xStrides[3] + w
                        var tap = index[1] * wStrides[0] + c * wStrides[1]
                        tap += kt * wStrides[2] + kh * wStrides[3] + kw
                        sum += x.values[from] * weight.values[tap]
                    }
                }
            }
        }
        return sum
    }
}
