import Autodiff

/// The small (2+1)D network of the Moving Shapes models: four blocks of a spatial and a temporal convolution, each with batch norm and ReLU,
/// then the global mean and a linear layer.
enum MovingShapesNetwork {
    private static let widths = [16, 24, 32, 48]
    private static let kernels = [5, 3, 3, 3]
    private static let temporalStrides = [2, 1, 2, 1]

    static func layers(_ input: InputNormalization, outputs: Int, from source: any ParameterSource) throws -> Chain {
        var trunk = FrozenTrunkBuilder(factors: input.factors, addends: input.addends)
        var x = trunk.clip
        var channels = input.factors.count
        for block in widths.indices {
            let (width, kernel) = (widths[block], kernels[block])
            let path = "blocks.\(block)"
            x = try ConvolutionLayer(
                "\(path).sp", norm: "\(path).b1", inputs: channels, outputs: width,
                window: .init(
                    kernel: Extent3(depth: 1, height: kernel, width: kernel),
                    stride: Extent3(depth: 1, height: 2, width: 2)), from: source
            ).append(to: &trunk, x, adding: nil, rectified: true)
            x = try ConvolutionLayer(
                "\(path).tp", norm: "\(path).b2", inputs: width, outputs: width,
                window: .init(
                    kernel: Extent3(depth: 3, height: 1, width: 1),
                    stride: Extent3(depth: temporalStrides[block], height: 1, width: 1)), from: source
            ).append(to: &trunk, x, adding: nil, rectified: true)
            channels = width
        }
        let head = try LinearLayer("fc", inputs: channels, outputs: outputs, from: source)
        return Chain(layers: [TrunkLayer(trunk: trunk.build()), head])
    }
}
