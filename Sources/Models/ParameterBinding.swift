import Checkpoints
import Tensors

/// What a parameter is for: decides how a random one is drawn.
enum ParameterRole: Hashable, Sendable {
    case convolution, linearWeight, bias, scale, shift, runningMean, runningVariance
}

/// Where an architecture takes its parameters from, by name.
protocol ParameterSource: AnyObject {
    func tensor(_ name: String, _ shape: Shape, _ role: ParameterRole) throws -> Tensor

    /// How many numbers were handed out that training changes. Running statistics are none of them.
    var parameterCount: Int { get }
}

extension ParameterRole {
    /// Whether gradient descent changes it.
    var isLearnt: Bool {
        switch self {
        case .convolution, .linearWeight, .bias, .scale, .shift: true
        case .runningMean, .runningVariance: false
        }
    }
}

extension ParameterSource {
    /// Batch norm's statistics and parameters, as a factor and an addend for each channel, in Double.
    func normalization(_ path: String, channels: Int) throws -> ChannelAffine {
        let scale = try tensor("\(path).weight", [channels], .scale).values
        let shift = try tensor("\(path).bias", [channels], .shift).values
        let mean = try tensor("\(path).running_mean", [channels], .runningMean).values
        let variance = try tensor("\(path).running_var", [channels], .runningVariance).values
        let factors = zip(scale, variance).map { Double($0) / (Double($1) + ChannelAffine.epsilon).squareRoot() }
        return ChannelAffine(
            factors: factors,
            addends: zip(shift, zip(mean, factors)).map { Double($0) - Double($1.0) * $1.1 })
    }
}

/// y = x · factor + addend, by channel.
struct ChannelAffine: Hashable, Sendable {
    /// What PyTorch adds to a variance.
    static let epsilon = 1e-5

    let factors, addends: [Double]
}

/// Hands out a checkpoint's parameters, each exactly once.
final class ParameterBinding: ParameterSource {
    private let checkpoint: Checkpoint
    private var unused: [String: String]
    private(set) var parameterCount = 0

    /// What `DataParallel`, with which most networks are trained, puts before every name.
    private static let wrapper = "module."

    /// - Parameter prefix: taken off the names that begin with it; nil for `module.` when all of them do.
    /// - Throws: ``ModelError/unexpectedParameters(_:count:)`` when two names are the same without it.
    init(_ checkpoint: Checkpoint, stripPrefix prefix: String?) throws {
        self.checkpoint = checkpoint
        unused = [:]
        let prefix = prefix ?? (checkpoint.names.allSatisfy { $0.hasPrefix(Self.wrapper) } ? Self.wrapper : "")
        for name in checkpoint.names {
            let path = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
            guard unused.updateValue(name, forKey: path) == nil else {
                throw ModelError.unexpectedParameters([name], count: 1)
            }
        }
    }

    /// Nil when there is no such parameter.
    func shape(of name: String) -> Shape? { unused[name].flatMap { checkpoint[name: $0] }?.shape }

    func tensor(_ name: String, _ shape: Shape, _ role: ParameterRole) throws -> Tensor {
        guard let stored = unused.removeValue(forKey: name).flatMap({ checkpoint[name: $0] }) else {
            throw ModelError.missingParameter(name)
        }
        guard stored.shape == shape else {
            throw ModelError.wrongShape(parameter: name, found: stored.shape, expected: shape)
        }
        let tensor = stored.tensor()
        let finite = tensor.withUnsafeValues { $0.allSatisfy(\.isFinite) }
        guard finite else { throw ModelError.notFinite(parameter: name) }
        if role.isLearnt { parameterCount += shape.count }
        return tensor
    }

    /// - Throws: ``ModelError/unexpectedParameters(_:count:)`` when parameters are left over. Counters of batches that batch norm saw in training
    ///   may be there or not.
    func finish() throws {
        let left = unused.keys.filter { !$0.hasSuffix(".num_batches_tracked") }.sorted()
        guard left.isEmpty else {
            throw ModelError.unexpectedParameters(Array(left.prefix(8)), count: left.count)
        }
    }
}

/// Draws parameters as PyTorch would initialise them, for the control that a map is compared with: He's normal distribution for
/// convolutions (fan out), uniform for the linear layer, batch norm without effect.
final class RandomParameters: ParameterSource {
    private var state: UInt64
    private(set) var parameterCount = 0

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x5851_F42D_4C95_7F2D }

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

    func tensor(_ name: String, _ shape: Shape, _ role: ParameterRole) throws -> Tensor {
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
