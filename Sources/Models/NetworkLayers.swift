import Autodiff
import ONNX
package import Tensors

/// A scalar of the output, a layer's activation, and the scalar's derivative by it.
package struct NetworkLayerGradient: Sendable {
    /// Raw outputs.
    package let scores: [Float]
    package let value: Double
    /// `[C', T', H', W']` both.
    package let activation, gradient: Tensor
    /// How long the passes took.
    package let forward, backward: Duration
}

extension Network {
    /// Of the names of a graph's values, in bytes, and of the values that are listed: the last ones. Files come from anywhere.
    package static let (longestLayerName, mostLayers) = (256, 1000)

    /// The layers whose activations can be asked for, in the order in which they are computed: of the named architectures the modules by the names that
    /// PyTorch gives them, of graphs the values that convolutions, pools and what follows them value by value give, by the graph's own names.
    package var layerNames: [String] {
        switch body {
        case .layers(let layers): layers.trunk?.layers ?? []
        case .graph(let graph): graph.layers.map(\.name)
        }
    }

    /// The name of a layer, by default the last.
    /// - Throws: ``ModelError/unknownLayer(_:known:)``.
    package func layerName(_ name: String?) throws -> String {
        let known = layerNames
        guard let found = name ?? known.last, known.contains(found) else {
            throw ModelError.unknownLayer(name ?? "", known: known)
        }
        return found
    }

    /// One forward pass, and one backward pass as far as a layer.
    /// - Parameter clip: `[C, T, H, W]`, intensities.
    /// - Throws: ``ModelError/wrongClip(found:expected:)``, ``ModelError/unknownLayer(_:known:)``.
    package func gradient(
        of target: ResolvedTarget, layer name: String, at clip: Tensor, parallelism: Parallelism
    ) throws -> NetworkLayerGradient {
        guard clip.shape == clipShape else { throw ModelError.wrongClip(found: clip.shape, expected: clipShape) }
        return switch body {
        case .layers(let layers):
            try gradient(of: target, layer: name, in: layers, at: clip, parallelism: parallelism)
        case .graph(let graph): try gradient(of: target, layer: name, in: graph, at: clip, parallelism: parallelism)
        }
    }

    private func gradient(
        of target: ResolvedTarget, layer name: String, in layers: Chain, at clip: Tensor, parallelism: Parallelism
    ) throws -> NetworkLayerGradient {
        let clock = ContinuousClock()
        let start = clock.now
        let batch = try clip.reshaped(to: Shape([1] + clip.shape.extents))
        let meter = WorkMeter.current ?? WorkMeter()
        guard let pass = try layers.trunk?.pass(batch, layer: name, parallelism: parallelism, meter: meter)
        else { throw ModelError.unknownLayer(name, known: layerNames) }
        let tape = Tape(parallelism: parallelism)
        let features = tape.variable(pass.result)
        let y = try reshape(try layers.head(features), to: [outputs])
        let scores = y.value.values
        let middle = clock.now
        let seed = try Tensor(shape: y.shape, values: target.seed(at: scores))
        let gradients = try tape.releasingGradients(of: y, seed: seed, withRespectTo: [features])
        return NetworkLayerGradient(
            scores: scores, value: target.value(of: scores), activation: pass.activation,
            gradient: pass.gradient(gradients[0]), forward: middle - start, backward: clock.now - middle)
    }

    private func gradient(
        of target: ResolvedTarget, layer name: String, in graph: GraphNetwork, at clip: Tensor, parallelism: Parallelism
    ) throws -> NetworkLayerGradient {
        guard let layer = graph.layers.first(where: { $0.name == name }) else {
            throw ModelError.unknownLayer(name, known: layerNames)
        }
        let clock = ContinuousClock()
        let start = clock.now
        let tape = Tape(parallelism: parallelism)
        guard let pass = try graph.scores(tape.constant(clip), from: layer) else {
            throw ModelError.unknownLayer(name, known: layerNames.filter { $0 != name })
        }
        let y = try reshape(pass.output, to: [outputs])
        let scores = y.value.values
        let middle = clock.now
        let seed = try Tensor(shape: y.shape, values: target.seed(at: scores))
        let gradients = try tape.releasingGradients(of: y, seed: seed, withRespectTo: [pass.activation])
        return NetworkLayerGradient(
            scores: scores, value: target.value(of: scores), activation: try pass.activation.value.channelsFirst(tape),
            gradient: try gradients[0].channelsFirst(tape), forward: middle - start, backward: clock.now - middle)
    }
}

extension Tensor {
    /// `[1, C, T, H, W]` or `[T, C, H, W]` as `[C, T, H, W]`.
    fileprivate func channelsFirst(_ tape: Tape) throws -> Tensor {
        guard shape.rank == 4 else { return try reshaped(to: Shape(Array(shape.extents.dropFirst()))) }
        return try transpose(tape.constant(self), permutation: [1, 0, 2, 3]).value
    }
}

extension Chain {
    /// The convolutions that it begins with; nil when it begins with others.
    var trunk: FrozenTrunk? { (layers.first as? TrunkLayer)?.trunk }

    /// What follows them.
    var head: Chain { Chain(layers: Array(layers.dropFirst())) }
}
