package import Autodiff

/// The small (2+1)D network of the Moving Shapes models: four blocks of a spatial and a temporal convolution, each with batch norm and ReLU,
/// then the global mean and a linear layer.
package struct MovingShapesDescription: Hashable, Sendable {
    /// Channels of the four blocks.
    package let widths: [Int]

    /// - Parameter widths: four positive numbers.
    package init(widths: [Int]) {
        precondition(widths.count == Self.kernels.count && widths.allSatisfy { $0 > 0 }, "four widths")
        self.widths = widths
    }

    /// Of the models that ship.
    package static let standard = MovingShapesDescription(widths: [16, 32, 64, 96])

    private static let kernels = [5, 3, 3, 3]
    private static let temporalStrides = [2, 1, 2, 1]

    /// A convolution without bias, and the batch norm and ReLU behind it.
    package struct Step: Hashable, Sendable {
        /// Of the convolution and of the norm, before the names of their parameters.
        package let path, norm: String
        package let inputs, outputs: Int
        package let kernel, stride: Extent3
    }

    /// - Parameter inputs: channels of the clip.
    package func steps(inputs: Int) -> [Step] {
        zip([inputs] + widths, widths).enumerated().flatMap { block, channels in
            let (from, to) = channels
            let side = Self.kernels[block]
            return [
                Step(
                    path: "blocks.\(block).sp", norm: "blocks.\(block).b1", inputs: from, outputs: to,
                    kernel: Extent3(depth: 1, height: side, width: side),
                    stride: Extent3(depth: 1, height: 2, width: 2)),
                Step(
                    path: "blocks.\(block).tp", norm: "blocks.\(block).b2", inputs: to, outputs: to,
                    kernel: Extent3(depth: 3, height: 1, width: 1),
                    stride: Extent3(depth: Self.temporalStrides[block], height: 1, width: 1)),
            ]
        }
    }

    func layers(_ input: InputNormalization, outputs: Int, from source: any ParameterSource) throws -> Chain {
        var trunk = FrozenTrunkBuilder(factors: input.factors, addends: input.addends)
        var x = trunk.clip
        for (index, step) in steps(inputs: input.factors.count).enumerated() {
            x = try ConvolutionLayer(
                step.path, norm: step.norm, inputs: step.inputs, outputs: step.outputs,
                window: .init(kernel: step.kernel, stride: step.stride), from: source
            ).append(to: &trunk, x, adding: nil, rectified: true)
            // The second convolution of a block ends it.
            if index % 2 == 1 { trunk.name(x, "blocks.\(index / 2)") }
        }
        let head = try LinearLayer("fc", inputs: widths[widths.count - 1], outputs: outputs, from: source)
        return Chain(layers: [TrunkLayer(trunk: trunk.build()), head])
    }
}
