import Autodiff
import Tensors

extension ProgramBuilder {
    /// Looks at an instruction together with those that give its operands. What becomes superfluous is left out of the program at its end.
    /// - Returns: nil when the instruction stays as it is.
    func simplified(_ primitive: Primitive, _ operands: [Value], type: ValueType, at node: NodeName) throws -> Value? {
        switch primitive {
        case .reshape(let shape):
            if operands[0].shape == shape { return operands[0] }
            guard let inner = definition(of: operands[0]) else { return nil }
            if case .reshape = inner.primitive { return try emit(.reshape(shape), inner.operands, at: node) }
            return try swapped(inner, reshapedTo: shape, at: node)
        case .transpose(let permutation):
            return try transposition(permutation, of: operands[0], type: type, at: node)
        case .expand(let shape): return operands[0].shape == shape ? operands[0] : nil
        case .slice(let parts): return try slice(parts, of: operands[0], at: node)
        case .concatenate(let axis): return try concatenation(of: operands, along: axis, at: node)
        case .pad(let before, let after, let value):
            return try padding(before, after, value, of: operands[0], at: node)
        case .cast(let kind): return operands[0].type.kind == kind ? operands[0] : nil
        case .unary(.affine(let factor, let addend)):
            return try affine(factor, addend, of: operands[0], at: node)
        case .batchNormalization(let epsilon):
            return try normalization(operands, epsilon: epsilon, at: node)
        case .matrixMultiply: return try attention(weights: operands[0], values: operands[1], at: node)
        case .binary(let function) where type.kind == .real:
            return try binary(function, operands[0], operands[1], type: type, at: node)
        case .unary, .convolution, .transposedConvolution, .maximumPool, .averagePool, .layerNormalization, .softmax,
            .logSoftmax, .attention, .frozenTrunk, .cumulativeSum, .resample, .gridSample, .binary, .reduce, .take,
            .select,
            .pick, .scatter, .compare, .logic, .not, .isNotANumber, .isInfinite, .argument, .top, .elementPlaces,
            .linePlaces, .tuplePlaces:
            return nil
        }
    }

    /// A reshape of the axes before two that were swapped comes before the swap, where it often meets a reshape that it undoes.
    private func swapped(_ inner: Program.Instruction, reshapedTo shape: Shape, at node: NodeName) throws -> Value? {
        guard case .transpose(let permutation) = inner.primitive, permutation.count > 2, shape.rank >= 2 else {
            return nil
        }
        let rank = permutation.count
        let swap = [rank - 1, rank - 2]
        guard Array(permutation.dropLast(2)) == Array(0..<rank - 2), Array(permutation.suffix(2)) == swap,
            inner.type.shape.extents.suffix(2) == shape.extents.suffix(2)
        else { return nil }
        let before = Shape(shape.extents.dropLast(2) + shape.extents.suffix(2).reversed())
        let reshaped = try emit(.reshape(before), inner.operands, at: node)
        let last = shape.rank - 1
        return try emit(.transpose(Array(0..<last - 1) + [last, last - 1]), [reshaped], at: node)
    }

    private func affine(_ factor: Float, _ addend: Float, of x: Value, at node: NodeName) throws -> Value? {
        if factor == 1 && addend == 0 { return x }
        guard let (inner, source) = function(giving: x), let first = inner.affineNumbers else { return nil }
        return try emit(
            .unary(.affine(factor: factor * first.factor, addend: factor * first.addend + addend)), [source], at: node)
    }

    private func binary(_ function: BinaryFunction, _ a: Value, _ b: Value, type: ValueType, at node: NodeName) throws
        -> Value?
    {
        func affine(_ x: Value, _ factor: Float, _ addend: Float) throws -> Value? {
            // A number that also adds axes is no affine map.
            guard x.shape == type.shape else { return nil }
            return try emit(.unary(.affine(factor: factor, addend: addend)), [x], at: node)
        }
        switch function {
        case .add:
            if let number = b.number { return try affine(a, 1, number) }
            if let number = a.number { return try affine(b, 1, number) }
            return try shifted(a, by: b, at: node) ?? shifted(b, by: a, at: node)
        case .subtract:
            if let number = b.number { return try affine(a, 1, -number) }
            if let number = a.number { return try affine(b, -1, number) }
            return nil
        case .multiply:
            if let number = b.number { return try affine(a, number, 0) }
            if let number = a.number { return try affine(b, number, 0) }
            return try gated(a, b, at: node) ?? gated(b, a, at: node) ?? scaled(a, by: b, at: node)
                ?? scaled(b, by: a, at: node)
        case .divide:
            if let number = b.number, number != 0 { return try affine(a, 1 / number, 0) }
            return nil
        case .power:
            if let number = b.number, a.shape == type.shape {
                return try emit(.unary(.power(number)), [a], at: node)
            }
            return nil
        case .maximum, .minimum, .modulo, .remainder: return nil
        }
    }

    /// The function of real numbers that gives a value, and its operand.
    private func function(giving value: Value) -> (RealFunction, Value)? {
        guard let definition = definition(of: value), let function = definition.primitive.realFunction else {
            return nil
        }
        return (function, definition.operands[0])
    }

    /// x · sigmoid(x) and its relatives, as exporters spell them.
    private func gated(_ x: Value, _ gate: Value, at node: NodeName) throws -> Value? {
        guard x.shape == gate.shape, let (function, source) = function(giving: gate) else { return nil }
        if let numbers = function.affineNumbers {
            return numbers.factor == numbers.addend
                ? try gelu(x, times: numbers.factor, onePlus: source, at: node) : nil
        }
        guard source.slot == x.slot else { return nil }
        if function == .sigmoid { return try emit(.unary(.silu), [x], at: node) }
        return function.isHardswishGate ? try emit(.unary(.hardswish), [x], at: node) : nil
    }

    /// x · factor · (1 + erf(x / √2)), where x may come with a factor of its own.
    private func gelu(_ x: Value, times factor: Float, onePlus erf: Value, at node: NodeName) throws -> Value? {
        guard let (outer, scaled) = function(giving: erf), outer == .errorFunction,
            let (inner, source) = function(giving: scaled), let numbers = inner.affineNumbers,
            numbers.addend == 0, abs(numbers.factor - 0.707_106_78) < 1e-6,
            let own = factorOf(x, over: source)
        else { return nil }
        let activated = try emit(.unary(.gelu(.none)), [source], at: node)
        return try emit(.unary(.affine(factor: 2 * factor * own, addend: 0)), [activated], at: node)
    }

    /// What `source` is multiplied with to give `x`; nil if it is not.
    private func factorOf(_ x: Value, over source: Value) -> Float? {
        if x.slot == source.slot { return 1 }
        guard let (function, operand) = function(giving: x), operand.slot == source.slot,
            let numbers = function.affineNumbers, numbers.addend == 0
        else { return nil }
        return numbers.factor
    }

    /// A convolution whose result is scaled by channel becomes one with other weights.
    private func scaled(_ x: Value, by factors: Value, at node: NodeName) throws -> Value? {
        guard let factors = perChannel(factors, of: x) else { return nil }
        return try folded(into: x, factors: factors, addends: factors.map { _ in 0 }, at: node)
    }

    private func shifted(_ x: Value, by addends: Value, at node: NodeName) throws -> Value? {
        guard let addends = perChannel(addends, of: x) else { return nil }
        return try folded(into: x, factors: addends.map { _ in 1 }, addends: addends, at: node)
    }

    private func normalization(_ operands: [Value], epsilon: Float, at node: NodeName) throws -> Value? {
        let parameters = operands.dropFirst().compactMap { $0.tensor?.values.map(Double.init) }
        guard parameters.count == 4 else { return nil }
        let (scale, shift, mean, variance) = (parameters[0], parameters[1], parameters[2], parameters[3])
        let factors = scale.indices.map { scale[$0] / (variance[$0] + Double(epsilon)).squareRoot() }
        let addends = scale.indices.map { shift[$0] - mean[$0] * factors[$0] }
        return try folded(into: operands[0], factors: factors, addends: addends, at: node)
    }

    /// A constant that has one value for each channel (axis 1) of `x` and is repeated along all other axes.
    private func perChannel(_ constant: Value, of x: Value) -> [Double]? {
        // One of more axes would add axes to the result.
        guard let tensor = constant.tensor, x.shape.rank >= 2, tensor.shape.rank <= x.shape.rank,
            tensor.count == x.shape[1], tensor.count > 1
        else {
            return nil
        }
        // Aligned at the last axis, only the axis that meets axis 1 may be longer than one.
        let axis = 1 - (x.shape.rank - tensor.shape.rank)
        guard axis >= 0, tensor.shape[axis] == tensor.count else { return nil }
        return tensor.values.map(Double.init)
    }

    /// Puts x · factor + addend, by channel, into the weights of the convolution that gives x.
    private func folded(into x: Value, factors: [Double], addends: [Double], at node: NodeName) throws -> Value? {
        guard let nearest = definition(of: x) else { return nil }
        var inner = nearest
        var shape: Shape?
        // Convolutions of images and series are clips' with axes of one, reshaped.
        if case .reshape(let outer) = inner.primitive, inner.operands[0].shape.rank == 5, outer.rank >= 3,
            outer.extents[..<2] == inner.operands[0].shape.extents[..<2],
            let convolution = definition(of: inner.operands[0])
        {
            shape = outer
            inner = convolution
        }
        guard case .convolution = inner.primitive, inner.operands.count >= 2, let weight = inner.operands[1].tensor,
            weight.shape[0] == factors.count
        else { return nil }
        let biases =
            inner.operands.count > 2 ? inner.operands[2].tensor?.values.map(Double.init) : factors.map { _ in 0 }
        guard let biases else { return nil }
        // A chain of factors would copy the weights as often as it is long.
        guard canSpend(weight.count) else { return nil }
        let row = weight.count / max(factors.count, 1)
        let newWeight = weight.withUnsafeValues { old in
            Tensor(uninitialized: weight.shape) { new in
                for channel in factors.indices {
                    for index in channel * row..<(channel + 1) * row {
                        new[index] = Float(Double(old[index]) * factors[channel])
                    }
                }
            }
        }
        let newBias = Tensor(uninitialized: [factors.count]) { new in
            for channel in factors.indices {
                new[channel] = Float(biases[channel] * factors[channel] + addends[channel])
            }
        }
        let result = try emit(
            inner.primitive, [inner.operands[0], Value(.real(newWeight)), Value(.real(newBias))], at: node)
        return try shape.map { try emit(.reshape($0), [result], at: node) } ?? result
    }
}
