import Checkpoints
package import Tensors

/// What a parameter is for: decides how a random one is drawn.
package enum ParameterRole: Hashable, Sendable {
    case convolution, linearWeight, bias, scale, shift, runningMean, runningVariance
}

/// Where an architecture takes its parameters from, by name.
package protocol ParameterSource: AnyObject {
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
package struct ChannelAffine: Hashable, Sendable {
    /// What PyTorch adds to a variance.
    package static let epsilon = 1e-5

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
