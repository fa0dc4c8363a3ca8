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

/// A scalar of a model's output, the activation of one of the model's layers, and the scalar's derivative by it.
package struct LayerGradient: Sendable {
    package let value: Double
    /// `[C', T', H', W']` both.
    package let activation, gradient: Tensor

    package init(value: Double, activation: Tensor, gradient: Tensor) {
        self.value = value
        self.activation = activation
        self.gradient = gradient
    }
}

/// The scalar that is explained, as a differentiable function of the clip. Attribution knows no models: a few lines of a test serve as well.
package struct Score: Sendable {
    private let evaluate: @Sendable (Tensor, Parallelism) throws -> ScoreGradient
    private let evaluateLayer: @Sendable (Tensor, String, Parallelism) throws -> LayerGradient

    /// - Parameters:
    ///   - evaluate: takes a clip `[C, T, H, W]`, gives the scalar and its gradient in the same shape. Deterministic for any number of threads.
    ///   - layer: takes a clip and the name of a layer, and throws when there is none of that name.
    package init(
        _ evaluate: @escaping @Sendable (Tensor, Parallelism) throws -> ScoreGradient,
        layer: @escaping @Sendable (Tensor, String, Parallelism) throws -> LayerGradient
    ) {
        self.evaluate = evaluate
        evaluateLayer = layer
    }

    /// One whose only layer is the clip itself, under any name.
    package init(_ evaluate: @escaping @Sendable (Tensor, Parallelism) throws -> ScoreGradient) {
        self.init(evaluate) { clip, _, parallelism in
            let result = try evaluate(clip, parallelism)
            return LayerGradient(value: result.value, activation: clip, gradient: result.gradient)
        }
    }

    /// One forward and one backward pass.
    package func callAsFunction(_ clip: Tensor, parallelism: Parallelism) throws -> ScoreGradient {
        try evaluate(clip, parallelism)
    }

    /// One forward pass, and one backward as far as a layer.
    package func layer(_ name: String, at clip: Tensor, parallelism: Parallelism) throws -> LayerGradient {
        try evaluateLayer(clip, name, parallelism)
    }
}
