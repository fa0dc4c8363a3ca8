import Autodiff

/// Two convolutions and a way around them: relu(conv2(relu(conv1(x))) + x), with a strided 1×1×1 convolution on the way around where the extents
/// change.
struct ResidualBlock {
    /// Each with a ReLU but the last, whose ReLU follows the sum.
    private let main: [ConvolutionLayer]
    private let shortcut: ConvolutionLayer?

    /// - Parameters:
    ///   - isFirstLayer: of the four; mc3 convolves over time only there.
    ///   - stride: along every axis that the family convolves over.
    init(
        _ path: String, family: VideoResNetDescription.Family, isFirstLayer: Bool, inputs: Int, outputs: Int,
        stride: Int,
        from source: any ParameterSource
    ) throws {
        let temporal = family != .mc3 || isFirstLayer
        // Both convolutions of a (2+1)D block get the middle width that gives its first one as many parameters as a 3-D convolution has.
        let middle = (inputs * outputs * 27) / (inputs * 9 + 3 * outputs)

        func convolution(_ name: String, _ inputs: Int, stride: Int) throws -> [ConvolutionLayer] {
            guard family == .r2plus1d else {
                return [
                    try ConvolutionLayer(
                        "\(path).\(name).0", norm: "\(path).\(name).1", inputs: inputs, outputs: outputs,
                        window: .init(
                            kernel: Extent3(depth: temporal ? 3 : 1, height: 3, width: 3),
                            stride: Extent3(depth: temporal ? stride : 1, height: stride, width: stride)), from: source)
                ]
            }
            return [
                try ConvolutionLayer(
                    "\(path).\(name).0.0", norm: "\(path).\(name).0.1", inputs: inputs, outputs: middle,
                    window: .init(
                        kernel: Extent3(depth: 1, height: 3, width: 3),
                        stride: Extent3(depth: 1, height: stride, width: stride)), from: source),
                try ConvolutionLayer(
                    "\(path).\(name).0.3", norm: "\(path).\(name).1", inputs: middle, outputs: outputs,
                    window: .init(
                        kernel: Extent3(depth: 3, height: 1, width: 1),
                        stride: Extent3(depth: stride, height: 1, width: 1)), from: source),
            ]
        }

        main = try convolution("conv1", inputs, stride: stride) + convolution("conv2", outputs, stride: 1)
        if stride != 1 || inputs != outputs {
            shortcut = try ConvolutionLayer(
                "\(path).downsample.0", norm: "\(path).downsample.1", inputs: inputs, outputs: outputs,
                window: .init(
                    kernel: .one,
                    stride: Extent3(depth: temporal ? stride : 1, height: stride, width: stride)), from: source)
        } else {
            shortcut = nil
        }
    }

    func append(to trunk: inout FrozenTrunkBuilder, _ x: FrozenTrunkBuilder.Value) -> FrozenTrunkBuilder.Value {
        let around = shortcut?.append(to: &trunk, x, adding: nil, rectified: false) ?? x
        var y = x
        for (index, convolution) in main.enumerated() {
            let isLast = index == main.count - 1
            y = convolution.append(to: &trunk, y, adding: isLast ? around : nil, rectified: true)
        }
        return y
    }
}
