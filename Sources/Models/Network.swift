package import Autodiff
package import Checkpoints
import ONNX
package import Tensors

/// A trained network with frozen parameters and the manifest that says what it takes.
package struct Network: Sendable {
    package let manifest: ModelManifest
    /// Of the raw outputs for one clip; the first axis is the batch, of one, unless a graph has it otherwise.
    package let outputShape: Shape
    let body: Body

    enum Body: Sendable {
        case layers(Chain)
        case graph(GraphNetwork)
    }

    /// The number of raw outputs, flattened.
    package var outputs: Int { outputShape.count }
    /// Numbers that training changed.
    package let parameterCount: Int

    /// What the checkpoint's file holds must be what the manifest's architecture takes.
    /// - Throws: ``ModelError``, `CheckpointError/onnx`.
    package init(_ manifest: ModelManifest, file: ModelFile) throws {
        switch file {
        case .parameters(let checkpoint): try self.init(manifest, checkpoint: checkpoint)
        case .graph(let graph):
            guard manifest.architecture == .onnx else { throw CheckpointError.onnx }
            try self.init(manifest, graph: GraphNetwork(graph, input: manifest.input))
        }
    }

    /// Binds a checkpoint's parameters to the architecture that the manifest names; every parameter is used exactly once.
    /// - Throws: ``ModelError``.
    package init(_ manifest: ModelManifest, checkpoint: Checkpoint) throws {
        guard manifest.architecture != .onnx else { throw ModelError.notONNX(found: checkpoint.format) }
        let binding = try ParameterBinding(checkpoint, stripPrefix: manifest.stripPrefix)
        guard let bias = binding.shape(of: "fc.bias"), bias.rank == 1, bias.count > 0 else {
            throw ModelError.missingParameter("fc.bias")
        }
        try self.init(manifest, outputs: bias.count, from: binding)
        try binding.finish()
    }

    /// The same architecture with parameters that know nothing.
    package func randomised(_ scope: RandomisationScope, seed: UInt64) throws -> Network {
        switch (body, scope) {
        case (.layers(let layers), .logits):
            Network(
                manifest: manifest, outputShape: outputShape, parameterCount: parameterCount,
                body: .layers(try layers.randomisedLogits(seed: seed)))
        case (.layers, .allWeights): try Network(manifest, outputs: outputs, from: RandomParameters(seed: seed))
        case (.graph(let network), _):
            try Network(
                manifest, graph: GraphNetwork(network.graph.randomised(scope, seed: seed), input: manifest.input))
        }
    }

    /// The architecture of a manifest with random parameters, for measurements.
    package static func untrained(_ manifest: ModelManifest, outputs: Int, seed: UInt64) throws -> Network {
        try Network(manifest, outputs: outputs, from: RandomParameters(seed: seed))
    }

    init(_ manifest: ModelManifest, outputs: Int, from source: any ParameterSource) throws {
        try Self.checkNames(manifest, outputs: outputs)
        let input = InputNormalization(manifest.input)
        let layers =
            switch manifest.architecture {
            case .movingShapes(let description): try description.layers(input, outputs: outputs, from: source)
            case .videoResNet(let description):
                try VideoResNet(description: description, source: source).layers(input, outputs: outputs)
            case .onnx: throw ModelError.notONNX(found: nil)
            }
        self.init(
            manifest: manifest, outputShape: [1, outputs], parameterCount: source.parameterCount, body: .layers(layers))
    }

    private init(_ manifest: ModelManifest, graph: GraphNetwork) throws {
        try Self.checkNames(manifest, outputs: graph.program.outputShape.count)
        self.init(
            manifest: manifest, outputShape: graph.program.outputShape, parameterCount: graph.parameterCount,
            body: .graph(graph))
    }

    private init(manifest: ModelManifest, outputShape: Shape, parameterCount: Int, body: Body) {
        self.manifest = manifest
        self.outputShape = outputShape
        self.parameterCount = parameterCount
        self.body = body
    }

    private static func checkNames(_ manifest: ModelManifest, outputs: Int) throws {
        let names = manifest.outputNames
        guard names.isEmpty || names.count == outputs else {
            throw ModelError.wrongOutputs(found: outputs, named: names.count)
        }
    }

    /// The same network for clips of another length. The named architectures end in a mean over time, so their parameters don't depend on it; of a
    /// graph it is found out.
    /// - Throws: ``ModelError`` when the graph takes no such clips.
    package func taking(frames: Int) throws -> Network {
        let manifest = manifest.taking(frames: frames)
        switch body {
        case .layers:
            return Network(manifest: manifest, outputShape: outputShape, parameterCount: parameterCount, body: body)
        case .graph(let graph): return try Network(manifest, graph: graph.taking(manifest.input))
        }
    }

    /// `[C, T, H, W]`
    package var clipShape: Shape {
        let input = manifest.input
        return [input.channels.count, input.frames, input.height, input.width]
    }

    /// What one gradient at a clip of ``clipShape`` takes, by a dry run of shapes.
    /// - Throws: `ShapeError` when the network does not take such clips.
    package func cost(parallelism: Parallelism) throws -> CostEstimate {
        var cost: CostEstimate
        switch body {
        case .layers(let layers):
            let dryRun = try layers.cost(Shape([1] + clipShape.extents), parallelism: parallelism)
            guard dryRun.result.count == outputs else {
                throw ModelError.wrongOutputs(found: dryRun.result.count, named: outputs)
            }
            cost = dryRun.cost
        case .graph(let graph): return graph.cost(parallelism: parallelism)
        }
        // The scores and the seed of the backward pass stay until it ends.
        cost.backward.bytes += 2 * cost.resultBytes
        return cost
    }

    /// What a pass forwards, and backwards as far as a layer, takes: the layer's activation and the gradient by it included.
    /// - Parameter name: one of ``layerNames``.
    /// - Throws: ``ModelError``; `ShapeError` when the network does not take such clips.
    package func cost(layer name: String, parallelism: Parallelism) throws -> CostEstimate.Pass {
        switch body {
        case .layers(let layers):
            let clip = Shape([1] + clipShape.extents)
            guard let trunk = layers.trunk,
                var cost = try trunk.passCost(clip, layer: name, parallelism: parallelism)
            else { throw ModelError.unknownLayer(name, known: layerNames) }
            let head = try layers.head.cost(frozenTrunkShape(clip, trunk: trunk), parallelism: parallelism).cost
            cost.flops += head.flops
            return cost
        case .graph(let graph):
            guard let layer = graph.layers.first(where: { $0.name == name }) else {
                throw ModelError.unknownLayer(name, known: layerNames)
            }
            return try graph.cost(layer, parallelism: parallelism)
        }
    }

    /// The operators that a pass carries out, and how often each.
    package var operators: [String: Int] {
        switch body {
        case .layers(let layers): layers.operators
        case .graph(let graph): graph.program.operators
        }
    }

    /// The signs of all ReLUs' operands in the trunk, to compare implementations by; none for networks without one.
    /// - Parameter clip: of ``clipShape``.
    package func reluSigns(of clip: Tensor, parallelism: Parallelism) throws -> [ReluSigns] {
        guard clip.shape == clipShape else { throw ModelError.wrongClip(found: clip.shape, expected: clipShape) }
        guard case .layers(let layers) = body else { return [] }
        let trunks = layers.layers.compactMap { ($0 as? TrunkLayer)?.trunk }
        let batch = try clip.reshaped(to: Shape([1] + clip.shape.extents))
        return try trunks.flatMap { try frozenTrunkSigns(batch, $0, parallelism: parallelism) }
    }

    /// The raw outputs for one clip.
    /// - Parameter x: `[C, T, H, W]`, intensities.
    /// - Returns: `[outputs]`.
    func scores(_ x: Variable) throws -> Variable {
        guard x.shape == clipShape else { throw ModelError.wrongClip(found: x.shape, expected: clipShape) }
        let scores =
            switch body {
            case .layers(let layers): try layers(reshape(x, to: Shape([1] + x.shape.extents)))
            case .graph(let graph): try graph.scores(x)
            }
        return try reshape(scores, to: [outputs])
    }
}
