import Foundation
import ONNX
import Tensors

extension Graph {
    /// The same graph with weights that know nothing: those of convolutions by He's normal distribution (fan in), of matrix products and recurrent
    /// layers uniform as PyTorch has it, normalisations without effect; what has no such rule (embeddings, factors of layers) keeps its values in
    /// an order of chance.
    func randomised(_ scope: RandomisationScope, seed: UInt64) -> Graph {
        let weights = self.weights
        let chosen: [GraphWeight]
        switch scope {
        case .allWeights: chosen = weights
        case .logits:
            // The layer nearest to the output: nodes stand in the order in which they are computed.
            let last = weights.filter(\.isProduct).map(\.node).max()
            chosen = weights.filter { $0.node == last }
        }
        let random = RandomParameters(seed: seed)
        var values: [String: Tensor] = [:]
        for weight in chosen { values[weight.name] = drawn(weight, from: random) }
        return replacing(values)
    }

    private func drawn(_ weight: GraphWeight, from random: RandomParameters) -> Tensor? {
        let shape = weight.shape
        switch weight.role {
        case .convolution(let terms): return random.normal(shape, deviation: (2 / Double(max(terms, 1))).squareRoot())
        case .matrix(let terms), .recurrent(let terms):
            return random.uniform(shape, bound: 1 / Double(max(terms, 1)).squareRoot())
        case .bias: return random.uniform(shape, bound: 0.1)
        case .scale, .variance: return Tensor(shape: shape, repeating: 1)
        case .shift, .mean: return Tensor(shape: shape, repeating: 0)
        case .other: return values(of: weight).map(random.shuffled)
        }
    }
}
