package import Autodiff
package import Checkpoints
package import Tensors

/// A trained network with frozen parameters and the manifest that says what it takes.
package struct Network: Sendable {
    package let manifest: ModelManifest
    /// The number of raw outputs, flattened.
    package let outputs: Int
    /// Numbers that training changed.
    package let parameterCount: Int
    private let layers: Chain

    /// Binds a checkpoint's parameters to the architecture that the manifest names; every parameter is used exactly once.
    /// - Throws: ``ModelError``.
    package init(_ manifest: ModelManifest, checkpoint: Checkpoint) throws {
        let binding = try ParameterBinding(checkpoint, stripPrefix: manifest.stripPrefix)
        guard let bias = binding.shape(of: "fc.bias"), bias.rank == 1, bias.count > 0 else {
            throw ModelError.missingParameter("fc.bias")
        }
        try self.init(manifest, outputs: bias.count, from: binding)
        try binding.finish()
    }

    /// The same architecture with parameters that know nothing.
    package func randomised(_ scope: RandomisationScope, seed: UInt64) throws -> Network {
        switch scope {
        case .logits:
            Network(
                manifest: manifest, outputs: outputs, parameterCount: parameterCount,
                layers: try layers.randomisedLogits(seed: seed))
        case .allWeights: try Network(manifest, outputs: outputs, from: RandomParameters(seed: seed))
        }
    }

    /// The architecture of a manifest with random parameters, for measurements.
    package static func untrained(_ manifest: ModelManifest, outputs: Int, seed: UInt64) throws -> Network {
        try Network(manifest, outputs: outputs, from: RandomParameters(seed: seed))
    }

    init(_ manifest: ModelManifest, outputs: Int, from source: any ParameterSource) throws {
        let names = manifest.outputNames
        guard names.isEmpty || names.count == outputs else {
            throw ModelError.wrongOutputs(found: outputs, named: names.count)
        }
        let input = InputNormalization(manifest.input)
        layers =
            switch manifest.architecture {
            case .movingShapes: try MovingShapesNetwork.layers(input, outputs: outputs, from: source)
            case .videoResNet(let description):
                try VideoResNet(description: description, source: source).layers(input, outputs: outputs)
            }
        self.manifest = manifest
        self.outputs = outputs
        parameterCount = source.parameterCount
    }

    /// The same network for clips of another length. The architectures end in a mean over time, so their parameters don't depend on it.
    package func taking(frames: Int) -> Network {
        Network(
            manifest: manifest.taking(frames: frames), outputs: outputs, parameterCount: parameterCount, layers: layers)
    }

    private init(manifest: ModelManifest, outputs: Int, parameterCount: Int, layers: Chain) {
        self.manifest = manifest
        self.outputs = outputs
        self.parameterCount = parameterCount
        self.layers = layers
    }

    /// `[C, T, H, W]`
    package var clipShape: Shape {
        let input = manifest.input
        return [input.channels.count, input.frames, input.height, input.width]
    }

    /// What one gradient at a clip of ``clipShape`` takes, by a dry run of shapes.
    /// - Throws: `ShapeError` when the network does not take such clips.
    package func cost(parallelism: Parallelism) throws -> CostEstimate {
        var (result, cost) = try layers.cost(Shape([1] + clipShape.extents), parallelism: parallelism)
        guard result.count == outputs else { throw ModelError.wrongOutputs(found: result.count, named: outputs) }
        // The scores and the seed of the backward pass stay until it ends.
        cost.backward.bytes += 2 * cost.resultBytes
        return cost
    }

    /// The operators that a pass carries out, and how often each.
    package var operators: [String: Int] { layers.operators }

    /// The signs of all ReLUs' operands in the trunk, to compare implementations by; none for networks without one.
    /// - Parameter clip: of ``clipShape``.
    package func reluSigns(of clip: Tensor, parallelism: Parallelism) throws -> [ReluSigns] {
        guard clip.shape == clipShape else { throw ModelError.wrongClip(found: clip.shape, expected: clipShape) }
        let trunks = layers.layers.compactMap { ($0 as? TrunkLayer)?.trunk }
        let batch = try clip.reshaped(to: Shape([1] + clip.shape.extents))
        return try trunks.flatMap { try frozenTrunkSigns(batch, $0, parallelism: parallelism) }
    }

    /// The raw outputs for one clip.
    /// - Parameter x: `[C, T, H, W]`, intensities.
    /// - Returns: `[outputs]`.
    func scores(_ x: Variable) throws -> Variable {
        guard x.shape == clipShape else { throw ModelError.wrongClip(found: x.shape, expected: clipShape) }
        let scores = try layers(reshape(x, to: Shape([1] + x.shape.extents)))
        return try reshape(scores, to: [outputs])
    }
}
