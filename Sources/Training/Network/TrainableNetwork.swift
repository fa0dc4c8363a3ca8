package import Autodiff
package import Models
package import Tensors

/// The Moving Shapes network with parameters that may change: the same layers as the frozen one that explains, batch norm with the statistics of
/// each batch, and where asked for a head that is left behind after the training (see ``ShapeLocation``).
package struct TrainableNetwork: Sendable {
    private let steps: [MovingShapesDescription.Step]
    private let dropoutProbability: Double
    private let hasLocator: Bool

    /// Names and values of what the optimiser changes, in the order of the layers.
    package let parameterNames: [String]
    package var parameters: [Tensor]
    /// Names and values of what batch norm keeps track of: a running mean and a running variance for each convolution.
    package let statisticNames: [String]
    package var statistics: [Tensor]

    /// What the running statistics take from each batch: PyTorch's default.
    private static let momentum = 0.1

    /// A network that knows nothing.
    /// - Parameters:
    ///   - outputs: of the linear layer.
    ///   - classes: of the head that is left behind; nil without one.
    package init(
        _ description: MovingShapesDescription, outputs: Int, locatorClasses classes: Int?, dropout: Double,
        seed: UInt64
    ) throws {
        let steps = description.steps(inputs: 3)
        let source = RandomParameters(seed: seed)
        var parameters: [(String, Tensor)] = []
        var statistics: [(String, Tensor)] = []
        func add(_ name: String, _ shape: Shape, _ role: ParameterRole) throws {
            parameters.append((name, try source.tensor(name, shape, role)))
        }
        for step in steps {
            let kernel = step.kernel
            try add(
                "\(step.path).weight", [step.outputs, step.inputs, kernel.depth, kernel.height, kernel.width],
                .convolution)
            try add("\(step.norm).weight", [step.outputs], .scale)
            try add("\(step.norm).bias", [step.outputs], .shift)
            for (name, role) in [("running_mean", ParameterRole.runningMean), ("running_var", .runningVariance)] {
                let path = "\(step.norm).\(name)"
                statistics.append((path, try source.tensor(path, [step.outputs], role)))
            }
        }
        let features = steps.last?.outputs ?? 0
        try add("fc.weight", [outputs, features], .linearWeight)
        try add("fc.bias", [outputs], .bias)
        if let classes {
            try add("\(Self.locator).weight", [classes, features], .linearWeight)
            try add("\(Self.locator).bias", [classes], .bias)
        }
        self.steps = steps
        dropoutProbability = dropout
        hasLocator = classes != nil
        (parameterNames, self.parameters) = (parameters.map(\.0), parameters.map(\.1))
        (statisticNames, self.statistics) = (statistics.map(\.0), statistics.map(\.1))
    }

    private static let locator = "locator"

    /// Whether weight decay applies to each parameter: to matrices and kernels, not to what is one number a channel.
    package var decays: [Bool] { parameters.map { $0.shape.rank > 1 } }

    /// What one forward pass leaves.
    package struct Pass {
        /// `[N, outputs]`
        package let scores: Variable
        /// `[N, classes, T', H', W']`: the scores of each place, where there is such a head.
        package let places: Variable?
        /// One a parameter.
        package let parameters: [Variable]
        fileprivate let normalized: [BatchNormalized]
    }

    /// - Parameters:
    ///   - x: `[N, 3, T, H, W]`, as the manifest's normalisation leaves it.
    ///   - dropout: tells this step's dropped values.
    /// - Throws: `ShapeError`.
    package func pass(_ x: Tensor, on tape: Tape, dropout seed: DropoutSeed) throws -> Pass {
        let variables = parameters.map(tape.variable)
        var next = 0
        func parameter() -> Variable {
            defer { next += 1 }
            return variables[next]
        }
        var normalized: [BatchNormalized] = []
        var y = tape.constant(x)
        for step in steps {
            let padding = Extent3(
                depth: step.kernel.depth / 2, height: step.kernel.height / 2, width: step.kernel.width / 2)
            let z = try convolution3D(
                y, weight: parameter(), bias: nil,
                geometry: ConvolutionGeometry(stride: step.stride, padding: padding, dilation: .one, groups: 1))
            let norm = try batchStatisticsNormalization(
                z, scale: parameter(), shift: parameter(), epsilon: ChannelAffine.epsilon, rectified: true)
            normalized.append(norm)
            y = norm.value
        }
        var pooled = try reshape(adaptiveAveragePooling3D(y, output: .one), to: [y.shape[0], y.shape[1]])
        if dropoutProbability > 0 { pooled = try dropout(pooled, probability: dropoutProbability, seed: seed) }
        let scores = try linear(pooled, weight: parameter(), bias: parameter())
        var places: Variable?
        if hasLocator {
            let weight = parameter()
            let kernel = try reshape(weight, to: Shape(weight.shape.extents + [1, 1, 1]))
            places = try convolution3D(
                y, weight: kernel, bias: parameter(),
                geometry: ConvolutionGeometry(stride: .one, padding: .zero, dilation: .one, groups: 1))
        }
        return Pass(scores: scores, places: places, parameters: variables, normalized: normalized)
    }

    /// Takes the batch's statistics up into the running ones.
    package mutating func take(_ pass: Pass) {
        for (index, batch) in pass.normalized.enumerated() {
            // As PyTorch has it, the variance that is kept estimates that of all data.
            let correction = Double(batch.count) / Double(max(batch.count - 1, 1))
            statistics[2 * index].approach(batch.means, by: Self.momentum)
            statistics[2 * index + 1].approach(batch.variances.map { $0 * correction }, by: Self.momentum)
        }
    }

    /// What the network that explains takes, by the names of a checkpoint.
    /// - Parameters:
    ///   - parameters, statistics: this network's, or means of them.
    package func weights(parameters: [Tensor], statistics: [Tensor]) -> [String: Tensor] {
        let named = zip(parameterNames, parameters).filter { !$0.0.hasPrefix("\(Self.locator).") }
        return Dictionary(
            named.map { ($0.0, $0.1) } + zip(statisticNames, statistics).map { ($0.0, $0.1) },
            uniquingKeysWith: { first, _ in first })
    }
}

extension Tensor {
    /// x ← (1 - share) · x + share · target
    mutating func approach(_ target: [Double], by share: Double) {
        withUnsafeMutableValues { values in
            for place in values.indices {
                values[place] = Float((1 - share) * Double(values[place]) + share * target[place])
            }
        }
    }

    /// x ← (1 - share) · x + share · target
    mutating func approach(_ target: Tensor, by share: Float) {
        target.withUnsafeValues { target in
            withUnsafeMutableValues { values in
                for place in values.indices { values[place] += share * (target[place] - values[place]) }
            }
        }
    }
}
