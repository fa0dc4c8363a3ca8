import Autodiff
import Tensors

/// What a primitive holds while it runs, and afterwards for its pullback: what the documentation of the operations says that they keep.
struct PrimitiveMemory {
    /// The gradient that goes to an operand.
    enum Share {
        /// The gradient by the result itself.
        case gradient
        /// The gradient by the result, overwritten.
        case updated
        /// An array of its own.
        case new
    }

    /// The operand whose memory the result shares.
    var sharedOperand: Int?
    /// Operands that the pullback keeps; constants among them are kept by the program anyway.
    var keptOperands: [Int] = []
    var keepsResult = false
    /// What the pullback keeps besides: bits, places, statistics.
    var keptBytes = 0
    /// Held only while the operation runs, beside operands, result, and what is kept.
    var forwardWork = 0
    /// Held only while the pullback runs, beside the gradient that comes and those that go.
    var backwardWork = 0
    /// Of each operand that may want a gradient, in the order in which the pullback works them out.
    var shares: [(operand: Int, share: Share)] = []
    /// Whether a gradient passes at all.
    var isDifferentiable = true
}

extension ValueType {
    /// Bytes in which a running program holds it.
    var bytes: Int { size * MemoryLayout<Float>.stride }
}

extension Primitive {
    /// - Parameters:
    ///   - wanted: whether each operand wants a gradient.
    ///   - parallelism: work memory grows with threads.
    func memory(
        _ operands: [ValueType], wanted: [Bool], result: ValueType, parallelism: Parallelism
    ) -> PrimitiveMemory {
        guard result.kind == .real else { return ofIntegers(operands, result: result) }
        func same(_ operand: Int) -> Bool { operands[operand].shape == result.shape }
        /// Of operands that are added up to their shape, where they were repeated.
        func repeated(_ operand: Int) -> Int { same(operand) ? 0 : result.bytes }
        let isWanted = { (operand: Int) in wanted.indices.contains(operand) && wanted[operand] }
        var memory = PrimitiveMemory()
        let all = operands.indices.map { (operand: $0, share: PrimitiveMemory.Share.new) }
        switch self {
        case .unary(let function): return function.memory(result)
        case .convolution:
            memory.keptOperands = (isWanted(1) ? [0] : []) + (isWanted(0) ? [1] : [])
            memory.shares = all
            // The weights in another order.
            (memory.forwardWork, memory.backwardWork) = (operands[1].bytes, operands[1].bytes)
        case .transposedConvolution:
            memory.shares = [(0, .new)]
            memory.forwardWork = operands[1].bytes + (operands.count > 2 ? result.bytes : 0)
            memory.backwardWork = operands[1].bytes
        case .maximumPool(let geometry):
            memory.keptBytes = result.shape.count * (geometry.window.product <= 256 ? 1 : 4)
            memory.shares = [(0, .new)]
        case .averagePool, .cumulativeSum, .resample, .transpose, .slice, .take, .pad: memory.shares = [(0, .new)]
        case .concatenate: memory.shares = all
        case .batchNormalization:
            memory.keptOperands = isWanted(1) || isWanted(4) ? [0] : []
            memory.shares = all.dropFirst() + [(0, .updated)]
        case .layerNormalization(let axis, _):
            memory.keptOperands = (isWanted(0) || isWanted(1) ? [0] : []) + (isWanted(0) && wanted.count > 1 ? [1] : [])
            // Two numbers of double precision for each row.
            memory.keptBytes = result.shape.extents[..<axis].reduce(16, *)
            memory.shares = all.dropFirst().reversed() + [(0, .updated)]
        case .softmax, .logSoftmax:
            memory.keepsResult = true
            memory.shares = [(0, .updated)]
        case .matrixMultiply:
            memory.keptOperands = (isWanted(1) ? [0] : []) + (isWanted(0) ? [1] : [])
            memory.shares = all
        case .attention:
            memory.keptOperands = [0, 1, 2]
            memory.keepsResult = true
            memory.shares = Array(all.prefix(3))
            if let work = attentionWork(operands.map(\.shape), wanted: wanted, parallelism: parallelism) {
                memory.keptBytes = work.keptBytes
                (memory.forwardWork, memory.backwardWork) = (work.forwardBytes, work.backwardBytes)
            }
        case .frozenTrunk(let graph):
            memory.shares = [(0, .new)]
            if let cost = try? frozenTrunkCost(operands[0].shape, trunk: graph.trunk, parallelism: parallelism) {
                memory.keptBytes = cost.keptBytes
                memory.forwardWork = cost.forward.bytes - cost.keptBytes - cost.resultBytes
                memory.backwardWork = cost.backward.bytes - cost.keptBytes - operands[0].bytes
            }
        case .gridSample:
            memory.keptOperands = isWanted(1) ? [0, 1] : [1]
            memory.shares = all
        case .binary(let function):
            memory = function.memory(operands, wanted: wanted, result: result)
        case .reduce(let reduction, _):
            memory.shares = [(0, same(0) && reduction == .sum ? .gradient : .new)]
            switch reduction {
            case .sum: memory.sharedOperand = same(0) ? 0 : nil
            case .maximum, .minimum: (memory.keptOperands, memory.keepsResult) = ([0], true)
            case .product: memory.keptOperands = [0]
            }
        case .reshape: (memory.sharedOperand, memory.shares) = (0, [(0, .gradient)])
        case .expand:
            memory.sharedOperand = same(0) ? 0 : nil
            memory.shares = [(0, same(0) ? .gradient : .new)]
        case .select:
            memory.keptBytes = result.bytes
            memory.forwardWork = operands[0].shape.count * MemoryLayout<Float>.stride + result.bytes
            memory.backwardWork = result.bytes + max(repeated(1), repeated(2))
            memory.shares = [(1, .new), (2, .new)]
        case .pick:
            memory.keptBytes = operands[1].bytes
            memory.shares = [(0, .new)]
        case .scatter(let rule):
            memory.keptBytes = operands[2].bytes
            memory.shares = [(1, .new), (0, rule == .add ? .gradient : .updated)]
        case .cast:
            let isReal = operands[0].kind == .real
            (memory.sharedOperand, memory.isDifferentiable) = (isReal ? 0 : nil, isReal)
            memory.shares = [(0, .gradient)]
        case .compare, .logic, .not, .isNotANumber, .isInfinite, .argument, .top, .elementPlaces, .linePlaces,
            .tuplePlaces:
            memory.isDifferentiable = false
        }
        return memory
    }

    /// Integers are moved as numbers of 32 bits that tell their places, and lists of them are copied.
    private func ofIntegers(_ operands: [ValueType], result: ValueType) -> PrimitiveMemory {
        var memory = PrimitiveMemory()
        memory.isDifferentiable = false
        memory.forwardWork = operands.reduce(result.bytes) { $0 + $1.bytes }
        return memory
    }
}

extension RealFunction {
    fileprivate func memory(_ result: ValueType) -> PrimitiveMemory {
        var memory = PrimitiveMemory()
        memory.shares = [(0, .updated)]
        switch self {
        case .relu, .leakyRelu, .clamp, .hardsigmoid: memory.keptBytes = (result.shape.count + 7) / 8
        case .sigmoid, .tanh, .exponential, .squareRoot: memory.keepsResult = true
        case .silu, .hardswish, .logarithm, .absolute, .errorFunction, .softplus, .sine, .cosine, .gelu, .elu, .power:
            memory.keptOperands = [0]
        case .affine(let factor, _): memory.shares = [(0, factor == 1 ? .gradient : .updated)]
        case .floor, .ceiling, .round, .truncate, .sign:
            memory.isDifferentiable = false
            memory.forwardWork = result.bytes
        }
        return memory
    }
}

extension BinaryFunction {
    /// Of real numbers.
    fileprivate func memory(_ operands: [ValueType], wanted: [Bool], result: ValueType) -> PrimitiveMemory {
        /// The gradient of an operand that was repeated, before it is added up.
        let repeated = zip(operands, wanted).contains { $1 && $0.shape != result.shape } ? result.bytes : 0
        func passed(_ operand: Int) -> PrimitiveMemory.Share {
            operands[operand].shape == result.shape ? .gradient : .new
        }
        var memory = PrimitiveMemory()
        memory.shares = [(0, .new), (1, .new)]
        switch self {
        case .add: memory.shares = [(0, passed(0)), (1, passed(1))]
        case .subtract: memory.shares = [(0, passed(0)), (1, .new)]
        case .multiply:
            memory.keptOperands = (wanted[1] ? [0] : []) + (wanted[0] ? [1] : [])
            memory.backwardWork = repeated
        case .divide:
            memory.keptOperands = [1]
            memory.keepsResult = wanted[1]
            memory.backwardWork = repeated
        case .power:
            memory.keptOperands = [0, 1]
            memory.shares = [(0, .new)]
            memory.backwardWork = result.bytes + operands[1].bytes + repeated
        case .maximum, .minimum:
            memory.keptBytes = result.bytes
            memory.backwardWork = (wanted[1] ? result.bytes : 0) + repeated
        case .modulo, .remainder: memory.isDifferentiable = false
        }
        return memory
    }
}
