import Autodiff
import Tensors

/// How much of what was learnt is taken from a network: the cascade of Adebayo and others, "Sanity Checks for Saliency Maps" (2018).
package enum RandomisationScope: String, Hashable, Sendable, CaseIterable {
    /// The last linear layer.
    case logits
    /// Every parameter.
    case allWeights = "all_weights"
}

extension LinearLayer {
    /// The same extents with random parameters.
    func randomised(seed: UInt64) throws -> LinearLayer {
        try LinearLayer(
            "fc", inputs: weight.shape[1], outputs: weight.shape[0], from: RandomParameters(seed: seed))
    }
}

extension Chain {
    /// With a random last layer.
    func randomisedLogits(seed: UInt64) throws -> Chain {
        guard let last = layers.last as? LinearLayer else { return self }
        return Chain(layers: layers.dropLast() + [try last.randomised(seed: seed)])
    }
}
