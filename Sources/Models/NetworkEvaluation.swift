import Autodiff
package import Tensors

/// A scalar of the output and its derivative by the clip.
package struct NetworkGradient: Sendable {
    /// Raw outputs.
    package let scores: [Float]
    package let value: Double
    /// The shape of the clip: ∂y/∂x per unit of intensity.
    package let gradient: Tensor
    /// How long the passes took.
    package let forward, backward: Duration
}

extension Network {
    /// The raw outputs, before any softmax.
    /// - Parameter clip: `[C, T, H, W]`, intensities.
    /// - Throws: ``ModelError/wrongClip(found:expected:)``.
    package func scores(of clip: Tensor, parallelism: Parallelism) throws -> [Float] {
        let tape = Tape(parallelism: parallelism)
        return try scores(tape.constant(clip)).value.values
    }

    /// One forward and one backward pass.
    /// - Parameter clip: `[C, T, H, W]`, intensities.
    /// - Throws: ``ModelError/wrongClip(found:expected:)``.
    package func gradient(of target: ResolvedTarget, at clip: Tensor, parallelism: Parallelism) throws
        -> NetworkGradient
    {
        let clock = ContinuousClock()
        let start = clock.now
        let tape = Tape(parallelism: parallelism)
        let x = tape.variable(clip)
        let y = try scores(x)
        let scores = y.value.values
        let middle = clock.now
        let seed = try Tensor(shape: y.shape, values: target.seed(at: scores))
        let gradients = try tape.releasingGradients(of: y, seed: seed, withRespectTo: [x])
        return NetworkGradient(
            scores: scores, value: target.value(of: scores), gradient: gradients[0], forward: middle - start,
            backward: clock.now - middle)
    }
}
