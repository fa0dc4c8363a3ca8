import Autodiff

/// Builds the video ResNets with torchvision's parameter names (`stem.0.weight`, `layer1.0.conv1.0.0.weight`, …, `fc.bias`).
struct VideoResNet {
    let description: VideoResNetDescription
    let source: any ParameterSource

    func layers(_ input: InputNormalization, outputs: Int) throws -> Chain {
        var trunk = FrozenTrunkBuilder(factors: input.factors, addends: input.addends)
        var x = trunk.clip
        for convolution in try stem(inputs: input.factors.count) {
            x = convolution.append(to: &trunk, x, adding: nil, rectified: true)
        }
        trunk.name(x, "stem")
        var channels = description.channels[0]
        for layer in 0..<4 {
            let width = description.channels[layer]
            for block in 0..<description.blocks[layer] {
                x = try ResidualBlock(
                    "layer\(layer + 1).\(block)", family: description.family, isFirstLayer: layer == 0,
                    inputs: channels, outputs: width, stride: layer > 0 && block == 0 ? 2 : 1, from: source
                ).append(to: &trunk, x)
                trunk.name(x, "layer\(layer + 1).\(block)")
                channels = width
            }
            trunk.name(x, "layer\(layer + 1)")
        }
        let head = try LinearLayer("fc", inputs: channels, outputs: outputs, from: source)
        return Chain(layers: [TrunkLayer(trunk: trunk.build()), head])
    }

    /// Each with a ReLU.
    private func stem(inputs: Int) throws -> [ConvolutionLayer] {
        let stride = Extent3(depth: 1, height: 2, width: 2)
        let width = description.channels[0]
        switch description.family {
        case .r2plus1d:
            return [
                try ConvolutionLayer(
                    "stem.0", norm: "stem.1", inputs: inputs, outputs: description.stem,
                    window: .init(kernel: Extent3(depth: 1, height: 7, width: 7), stride: stride), from: source),
                try ConvolutionLayer(
                    "stem.3", norm: "stem.4", inputs: description.stem, outputs: width,
                    window: .init(kernel: Extent3(depth: 3, height: 1, width: 1), stride: .one), from: source),
            ]
        case .r3d, .mc3:
            return [
                try ConvolutionLayer(
                    "stem.0", norm: "stem.1", inputs: inputs, outputs: width,
                    window: .init(kernel: Extent3(depth: 3, height: 7, width: 7), stride: stride), from: source)
            ]
        }
    }
}
