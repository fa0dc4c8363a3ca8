import Autodiff
import Tensors

extension Tape {
    /// - Parameter operands: of the types that ``Primitive/resultType(of:)`` was asked about.
    func run(_ primitive: Primitive, _ operands: [RunValue]) throws -> RunValue {
        func real(_ index: Int) throws -> Variable {
            guard operands.indices.contains(index), case .real(let variable) = operands[index] else {
                throw PrimitiveError(reason: "it takes numbers with a fraction, not integers")
            }
            return variable
        }
        func integer(_ index: Int) throws -> IntegerArray {
            guard operands.indices.contains(index), case .integer(let array) = operands[index] else {
                throw PrimitiveError(reason: "it takes integers, not numbers with a fraction")
            }
            return array
        }
        func optional(_ index: Int) throws -> Variable? { operands.count > index ? try real(index) : nil }
        /// Moves real numbers, or integers as their places move.
        func moving(_ count: Int, filling fill: Int = 0, _ move: ([Variable]) throws -> Variable) throws -> RunValue {
            if case .real = operands[operands.count - 1] { return .real(try move((0..<count).map(real))) }
            let first = operands.count - count
            return .integer(try IntegerArray.moved((0..<count).map { try integer(first + $0) }, filling: fill, move))
        }

        switch primitive {
        case .unary(let function): return .real(try real(0).mapped(by: function))
        case .convolution(let geometry):
            return .real(
                try convolution3D(real(0), weight: real(1), bias: optional(2), geometry: geometry))
        case .transposedConvolution(let geometry, let extra):
            return .real(
                try transposedConvolution3D(
                    real(0), weight: real(1), bias: optional(2), geometry: geometry, extra: extra))
        case .maximumPool(let geometry): return .real(try maxPooling3D(real(0), geometry: geometry))
        case .averagePool(let geometry, let countsPadding):
            return .real(try averagePooling3D(real(0), geometry: geometry, countsPadding: countsPadding))
        case .batchNormalization(let epsilon):
            return .real(
                try batchNormalization(
                    real(0), scale: real(1), shift: real(2), mean: real(3), variance: real(4), epsilon: epsilon))
        case .layerNormalization(let axis, let epsilon):
            return .real(
                try layerNormalization(real(0), axis: axis, scale: optional(1), shift: optional(2), epsilon: epsilon))
        case .softmax(let axis): return .real(try softmax(real(0), axis: axis))
        case .logSoftmax(let axis): return .real(try logSoftmax(real(0), axis: axis))
        case .matrixMultiply: return .real(try matrixMultiply(real(0), real(1)))
        case .attention(let scale, let matrices):
            let biases = try matrices.enumerated().map { index, matrices in
                AttentionBias(values: try real(3 + index).value, matrices: matrices)
            }
            return .real(
                try attention(queries: real(0), keys: real(1), values: real(2), scale: scale, biases: biases))
        case .frozenTrunk(let graph):
            return .real(try frozenTrunk(real(0), graph.trunk, meter: WorkMeter.current ?? WorkMeter()))
        case .cumulativeSum(let axis, let isExclusive, let isReversed):
            if case .integer(let array) = operands[0] {
                return .integer(array.cumulativeSum(axis: axis, isExclusive: isExclusive, isReversed: isReversed))
            }
            return .real(
                try cumulativeSum(real(0), axis: axis, isExclusive: isExclusive, isReversed: isReversed))
        case .resample(let axis, let taps): return .real(try resample(real(0), axis: axis, taps: taps))
        case .gridSample(let padding, let alignCorners):
            return .real(try gridSample2D(real(0), grid: real(1), padding: padding, alignCorners: alignCorners))
        case .binary(let function):
            if case .integer(let a) = operands[0] { return .integer(try a.combined(with: integer(1), function)) }
            return .real(try real(0).combined(with: real(1), function))
        case .reduce(let reduction, let axes):
            if case .integer(let array) = operands[0] { return .integer(array.reduced(reduction, axes: axes)) }
            switch reduction {
            case .sum: return .real(try sum(real(0), axes: axes))
            case .maximum: return .real(try extreme(real(0), along: axes, .maximum))
            case .minimum: return .real(try extreme(real(0), along: axes, .minimum))
            case .product: return .real(try product(real(0), axes: axes))
            }
        case .reshape(let shape):
            if case .integer(let array) = operands[0] {
                return .integer(IntegerArray(shape, array.values, isBoolean: array.isBoolean))
            }
            return .real(try reshape(real(0), to: shape))
        case .transpose(let permutation): return try moving(1) { try transpose($0[0], permutation: permutation) }
        case .slice(let slices): return try moving(1) { try slice($0[0], slices) }
        case .concatenate(let axis): return try moving(operands.count) { try concatenate($0, axis: axis) }
        case .expand(let shape): return try moving(1) { try expand($0[0], to: shape) }
        case .take(let axis, let indices): return try moving(1) { try take($0[0], axis: axis, indices: indices) }
        case .pad(let before, let after, let value):
            if case .integer = operands[0] {
                return try moving(1, filling: Int(exactly: value.rounded()) ?? 0) {
                    try pad($0[0], before: before, after: after, value: -1)
                }
            }
            return .real(try pad(real(0), before: before, after: after, value: value))
        case .select:
            let condition = try integer(0).tensor
            if case .real = operands[1] { return .real(try select(condition, real(1), real(2))) }
            return .integer(
                try IntegerArray.moved([integer(1), integer(2)], filling: 0) { try select(condition, $0[0], $0[1]) })
        case .pick:
            let places = try integer(1)
            if case .integer(let array) = operands[0] {
                return .integer(
                    IntegerArray(places.shape, places.values.map { array.values[$0] }, isBoolean: array.isBoolean))
            }
            return .real(try pick(real(0), places: places.values, shape: places.shape))
        case .scatter(let rule):
            let places = try integer(2).values
            if case .integer(let array) = operands[0] {
                return .integer(array.scattered(try integer(1), places: places, rule: rule))
            }
            return .real(try scatter(real(0), updates: real(1), places: places, rule: rule))
        case .compare(let comparison): return .integer(try comparison.apply(to: operands[0], operands[1]))
        case .logic(let logic): return .integer(try integer(0).combined(with: integer(1), logic))
        case .not:
            let array = try integer(0)
            return .integer(IntegerArray(array.shape, array.values.map { 1 - $0 }, isBoolean: true))
        case .isNotANumber:
            let tensor = try real(0).value
            return .integer(IntegerArray(tensor.shape, tensor.values.map { $0.isNaN ? 1 : 0 }, isBoolean: true))
        case .isInfinite(let positive, let negative):
            let tensor = try real(0).value
            return .integer(
                IntegerArray(
                    tensor.shape,
                    tensor.values.map { $0.isInfinite && ($0 > 0 ? positive : negative) ? 1 : 0 }, isBoolean: true))
        case .cast(let kind): return operands[0].cast(to: kind, on: self)
        case .argument(let extremum, let axis, let last):
            return .integer(operands[0].order.arguments(extremum, axis: axis, last: last))
        case .top(let extremum, let axis, let count):
            return .integer(operands[0].order.top(extremum, axis: axis, count: count))
        case .elementPlaces(let shape, let axis): return .integer(try integer(0).elementPlaces(in: shape, axis: axis))
        case .linePlaces(let shape, let axis): return .integer(try integer(0).linePlaces(in: shape, axis: axis))
        case .tuplePlaces(let shape, let batchAxes):
            return .integer(try integer(0).tuplePlaces(in: shape, batchAxes: batchAxes))
        }
    }
}

extension Variable {
    func mapped(by function: RealFunction) -> Variable {
        let x = self
        switch function {
        case .relu: return relu(x)
        case .sigmoid: return sigmoid(x)
        case .tanh: return tanh(x)
        case .silu: return silu(x)
        case .hardswish: return hardswish(x)
        case .exponential: return exponential(x)
        case .logarithm: return logarithm(x)
        case .squareRoot: return squareRoot(x)
        case .absolute: return absolute(x)
        case .errorFunction: return errorFunction(x)
        case .softplus: return softplus(x)
        case .sine: return sine(x)
        case .cosine: return cosine(x)
        case .gelu(let approximation): return gelu(x, approximation: approximation)
        case .affine(let factor, let addend): return affine(x, factor: factor, addend: addend)
        case .hardsigmoid(let slope, let offset): return hardsigmoid(x, slope: slope, offset: offset)
        case .elu(let alpha, let width, let scale): return elu(x, alpha: alpha, width: width, scale: scale)
        case .leakyRelu(let slope): return leakyRelu(x, slope: slope)
        case .clamp(let lower, let upper): return clamp(x, lower: lower, upper: upper)
        case .power(let exponent): return power(x, exponent: exponent)
        case .floor: return Self.step(x) { $0.rounded(.down) }
        case .ceiling: return Self.step(x) { $0.rounded(.up) }
        case .round: return Self.step(x) { $0.rounded(.toNearestOrEven) }
        case .truncate: return Self.step(x) { $0.rounded(.towardZero) }
        case .sign: return Self.step(x) { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }
        }
    }

    private static func step(_ x: Variable, _ transform: (Float) -> Float) -> Variable {
        let values = x.value.values
        return x.tape.constant(
            Tensor(uninitialized: x.shape) { buffer in
                for index in buffer.indices { buffer[index] = transform(values[index]) }
            })
    }
}

extension Variable {
    func combined(with b: Variable, _ function: BinaryFunction) throws -> Variable {
        let a = self
        switch function {
        case .add: return try add(a, b)
        case .subtract: return try subtract(a, b)
        case .multiply: return try multiply(a, b)
        case .divide: return try divide(a, b)
        case .power:
            guard !b.wantsGradient else { throw PrimitiveError(reason: "the exponent depends on the clip") }
            return try power(a, exponents: b)
        case .maximum: return try extreme(a, b, .maximum)
        case .minimum: return try extreme(a, b, .minimum)
        case .modulo, .remainder: throw PrimitiveError(reason: "it takes integers")
        }
    }
}
