package import Tensors

/// Draws parameters as PyTorch would initialise them, to begin a training with and for the control that a map is compared with: He's normal distribution for
/// convolutions (fan out), uniform for the linear layer, batch norm without effect.
package final class RandomParameters: ParameterSource {
    private var state: UInt64
    package private(set) var parameterCount = 0

    package init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x5851_F42D_4C95_7F2D }

    /// Uniform in 0..<1 (SplitMix64).
    private func uniform() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return Double(z >> 11) * 0x1p-53
    }

    /// The sum of twelve uniform numbers less six has mean 0, variance 1 and, unlike a logarithm, the same bits on every machine.
    private func normal() -> Double { (0..<12).reduce(-6.0) { sum, _ in sum + uniform() } }

    package func tensor(_ name: String, _ shape: Shape, _ role: ParameterRole) throws -> Tensor {
        if role.isLearnt { parameterCount += shape.count }
        switch role {
        case .scale, .runningVariance: return Tensor(shape: shape, repeating: 1)
        case .shift, .runningMean: return Tensor(shape: shape, repeating: 0)
        case .bias: return fill(shape) { 0.1 * (2 * uniform() - 1) }
        case .linearWeight:
            let bound = 1 / Double(max(shape.extents.dropFirst().reduce(1, *), 1)).squareRoot()
            return fill(shape) { bound * (2 * uniform() - 1) }
        case .convolution:
            let fanOut = shape[0] * shape.extents.dropFirst(2).reduce(1, *)
            let deviation = (2 / Double(max(fanOut, 1))).squareRoot()
            return fill(shape) { deviation * normal() }
        }
    }

    /// In an order of chance.
    func shuffled(_ tensor: Tensor) -> Tensor {
        var values = tensor.values
        for index in values.indices.dropFirst().reversed() {
            values.swapAt(index, min(index, Int(uniform() * Double(index + 1))))
        }
        let shuffled = values
        return Tensor(uninitialized: tensor.shape) { buffer in
            for index in buffer.indices { buffer[index] = shuffled[index] }
        }
    }

    /// Normal around zero.
    func normal(_ shape: Shape, deviation: Double) -> Tensor { fill(shape) { deviation * normal() } }

    /// Uniform from -bound to bound.
    func uniform(_ shape: Shape, bound: Double) -> Tensor { fill(shape) { bound * (2 * uniform() - 1) } }

    private func fill(_ shape: Shape, _ value: () -> Double) -> Tensor {
        Tensor(uninitialized: shape) { values in
            for index in values.indices { values[index] = Float(value()) }
        }
    }
}
