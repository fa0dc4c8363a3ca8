package import Tensors

/// How parameters follow their gradients.
package enum Optimizer: Hashable, Sendable, Codable {
    /// v ← momentum · v + g; p ← p - rate · v (Sutskever and others, 2013, in PyTorch's form). Decay is added to the gradient.
    case sgd(momentum: Double, decay: Double)
    /// Kingma and Ba (2015). Decay is added to the gradient.
    case adam(Moments, decay: Double)
    /// Loshchilov and Hutter (2019): decay shrinks the parameters themselves, by rate · decay a step.
    case adamW(Moments, decay: Double)

    /// How fast Adam's running means of the gradient and of its square forget.
    package struct Moments: Hashable, Sendable, Codable {
        package var first, second, epsilon: Double

        package init(first: Double, second: Double, epsilon: Double) {
            self.first = first
            self.second = second
            self.epsilon = epsilon
        }

        package static let usual = Moments(first: 0.9, second: 0.999, epsilon: 1e-8)
    }

    /// What a step remembers for the next one.
    package struct State: Sendable {
        /// Steps made.
        package var steps: Int
        /// The velocity of SGD, the running mean of the gradient of Adam; one a parameter.
        package var first: [Tensor]
        /// The running mean of the gradient's square; empty for SGD.
        package var second: [Tensor]

        package init(steps: Int, first: [Tensor], second: [Tensor]) {
            self.steps = steps
            self.first = first
            self.second = second
        }
    }

    /// The state before the first step.
    package func state(for parameters: [Tensor]) -> State {
        let zeros = parameters.map { Tensor(shape: $0.shape, repeating: 0) }
        switch self {
        case .sgd: return State(steps: 0, first: zeros, second: [])
        case .adam, .adamW: return State(steps: 0, first: zeros, second: zeros)
        }
    }

    /// Makes one step.
    /// - Parameters:
    ///   - parameters: changed in place.
    ///   - gradients: one a parameter, of its shape.
    ///   - rate: the learning rate.
    ///   - decays: whether weight decay applies, a parameter each.
    package func step(
        _ parameters: inout [Tensor], gradients: [Tensor], state: inout State, rate: Double, decays: [Bool]
    ) {
        precondition(gradients.count == parameters.count && decays.count == parameters.count, "one a parameter")
        state.steps += 1
        for index in parameters.indices {
            precondition(gradients[index].shape == parameters[index].shape, "a gradient has its parameter's shape")
            switch self {
            case .sgd(let momentum, let decay):
                update(&parameters[index], gradients[index], &state.first[index]) { p, g, v in
                    // PyTorch's first velocity is the gradient itself, which 0 · momentum + g is too.
                    v = Float(momentum) * v + g + (decays[index] ? Float(decay) * p : 0)
                    p -= Float(rate) * v
                }
            case .adam(let moments, let decay):
                adam(
                    &parameters[index], gradients[index], &state, index, moments, rate: rate,
                    coupled: decays[index] ? decay : 0, decoupled: 0)
            case .adamW(let moments, let decay):
                adam(
                    &parameters[index], gradients[index], &state, index, moments, rate: rate, coupled: 0,
                    decoupled: decays[index] ? decay : 0)
            }
        }
    }

    private func update(
        _ parameter: inout Tensor, _ gradient: Tensor, _ velocity: inout Tensor,
        _ rule: (inout Float, Float, inout Float) -> Void
    ) {
        gradient.withUnsafeValues { g in
            velocity.withUnsafeMutableValues { v in
                parameter.withUnsafeMutableValues { p in
                    for place in p.indices { rule(&p[place], g[place], &v[place]) }
                }
            }
        }
    }

    private func adam(
        _ parameter: inout Tensor, _ gradient: Tensor, _ state: inout State, _ index: Int, _ moments: Moments,
        rate: Double, coupled: Double, decoupled: Double
    ) {
        // The means begin at zero; these divisions take that out.
        let firstBias = 1 - power(moments.first, state.steps)
        let secondBias = 1 - power(moments.second, state.steps)
        let size = Float(rate / firstBias)
        let root = Float(secondBias.squareRoot())
        let (b1, b2, epsilon) = (Float(moments.first), Float(moments.second), Float(moments.epsilon))
        // Taken from one before rounding: 1 - 0.999 in Float32 is off by a part in twenty thousand.
        let (rest1, rest2) = (Float(1 - moments.first), Float(1 - moments.second))
        let (shrink, added) = (Float(1 - rate * decoupled), Float(coupled))
        gradient.withUnsafeValues { g in
            state.first[index].withUnsafeMutableValues { m in
                state.second[index].withUnsafeMutableValues { v in
                    parameter.withUnsafeMutableValues { p in
                        for place in p.indices {
                            let slope = g[place] + added * p[place]
                            m[place] = b1 * m[place] + rest1 * slope
                            v[place] = b2 * v[place] + rest2 * slope * slope
                            p[place] =
                                shrink * p[place] - size * m[place] / (v[place].squareRoot() / root + epsilon)
                        }
                    }
                }
            }
        }
    }

    /// By squaring: unlike a C library's `pow`, the same bits everywhere.
    private func power(_ base: Double, _ exponent: Int) -> Double {
        var (result, square, rest) = (1.0, base, exponent)
        while rest > 0 {
            if rest & 1 == 1 { result *= square }
            square *= square
            rest >>= 1
        }
        return result
    }
}
