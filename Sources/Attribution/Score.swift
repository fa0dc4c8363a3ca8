package import Tensors

/// A scalar of a model's output at one clip, and its derivative.
package struct ScoreGradient: Sendable {
    package let value: Double
    /// ∂y/∂x in the clip's shape, per unit of intensity.
    package let gradient: Tensor

    package init(value: Double, gradient: Tensor) {
        self.value = value
        self.gradient = gradient
    }
}

/// The scalar that is explained, as a differentiable function of the clip. Attribution knows no models: a few lines of a test serve as well.
package struct Score: Sendable {
    private let evaluate: @Sendable (Tensor, Parallelism) throws -> ScoreGradient

    /// - Parameter evaluate: takes a clip `[C, T, H, W]`, gives the scalar and its gradient in the same shape. Deterministic for any number of threads.
    package init(_ evaluate: @escaping @Sendable (Tensor, Parallelism) throws -> ScoreGradient) {
        self.evaluate = evaluate
    }

    /// One forward and one backward pass.
    package func callAsFunction(_ clip: Tensor, parallelism: Parallelism) throws -> ScoreGradient {
        try evaluate(clip, parallelism)
    }
}
