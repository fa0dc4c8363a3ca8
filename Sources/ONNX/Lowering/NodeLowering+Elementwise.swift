import Autodiff
import Tensors

extension NodeLowering {
    func negated(_ x: Value) throws -> Value {
        x.isReal ? try affine(x, -1, 0) : try emit(.binary(.subtract), .integers([], [0]), x)
    }

    func absoluteValue() throws -> Value {
        let x = try required(0)
        return x.isReal ? try mapped(.absolute, x) : try emit(.binary(.maximum), x, negated(x))
    }

    func gelu() throws -> Value {
        let x = try required(0)
        switch try string("approximate", otherwise: "none") {
        case "none": return try mapped(.gelu(.none), x)
        case "tanh": return try mapped(.gelu(.tanh), x)
        case let other: throw refuse("its approximation \(other) is not known")
        }
    }

    /// The operands combined from the first to the last.
    func folded(_ function: BinaryFunction) throws -> Value {
        let values = try all()
        guard let first = values.first else { throw refuse("it has no operands") }
        return try values.dropFirst().reduce(first) { try emit(.binary(function), $0, $1) }
    }

    func clip() throws -> Value {
        let x = try required(0)
        let (lower, upper) = (optional(1), optional(2))
        if x.isReal, lower.map({ $0.number != nil }) ?? true, upper.map({ $0.number != nil }) ?? true {
            return try mapped(
                .clamp(lower: lower?.number ?? -.infinity, upper: upper?.number ?? .infinity), x)
        }
        var result = x
        if let lower { result = try emit(.binary(.maximum), result, lower) }
        if let upper { result = try emit(.binary(.minimum), result, upper) }
        return result
    }

    func modulo() throws -> Value {
        let (a, b) = (try required(0), try required(1))
        let truncates = try flag("fmod", otherwise: false)
        guard a.isReal else { return try emit(.binary(truncates ? .remainder : .modulo), a, b) }
        // a - b · ⌊a / b⌋; the quotient's steps have no derivative.
        let steps = try mapped(truncates ? .truncate : .floor, emit(.binary(.divide), a, b))
        return try emit(.binary(.subtract), a, emit(.binary(.multiply), b, steps))
    }

    func power() throws -> Value {
        let (base, exponent) = (try required(0), try required(1))
        guard base.isReal, !exponent.isReal else { return try emit(.binary(.power), base, exponent) }
        return try emit(.binary(.power), base, emit(.cast(.real), exponent))
    }

    func parametricRelu() throws -> Value {
        let (x, slope) = (try required(0), try required(1))
        if let number = slope.number { return try mapped(.leakyRelu(slope: number), x) }
        // max(x, 0) - slope · max(-x, 0)
        let below = try emit(.binary(.multiply), slope, mapped(.relu, affine(x, -1, 0)))
        return try emit(.binary(.subtract), mapped(.relu, x), below)
    }

    func cast(to number: Int) throws -> Value {
        guard let type = ElementType(rawValue: number) else {
            throw refuse("the element type \(number) is not supported")
        }
        return try emit(.cast(type.kind), required(0))
    }

    func dropout() throws -> [Value] {
        if let training = try constantInteger(2, "training mode"), training != 0 {
            throw refuse("it is in training mode: call model.eval() before the export")
        }
        let x = try required(0)
        guard node.outputs.count > 1, !node.outputs[1].isEmpty else { return [x] }
        let kept = Value(.integer(IntegerArray([], [1], isBoolean: true)))
        return [x, try emit(.expand(x.shape), kept)]
    }
}
