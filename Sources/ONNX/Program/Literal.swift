import Autodiff
import Tensors

/// Integers or truth values, row-major. They steer a network; no gradient passes through them.
struct IntegerArray: Hashable, Sendable {
    let shape: Shape
    let values: [Int]
    let isBoolean: Bool

    /// - Precondition: as many values as the shape holds; truth values are 0 and 1.
    init(_ shape: Shape, _ values: [Int], isBoolean: Bool) {
        precondition(values.count == shape.count, "\(values.count) values for the shape \(shape)")
        self.shape = shape
        self.values = values
        self.isBoolean = isBoolean
    }

    /// As Float32; integers above 2²⁴ are rounded.
    var tensor: Tensor {
        Tensor(uninitialized: shape) { buffer in
            for (index, value) in values.enumerated() { buffer[index] = Float(value) }
        }
    }
}

/// An array that is known at load.
enum Literal: Sendable {
    case real(Tensor)
    case integer(IntegerArray)

    init(_ stored: StoredArray) {
        switch stored.element.kind {
        case .real: self = .real(stored.reals)
        case .integer: self = .integer(IntegerArray(stored.shape, stored.integers, isBoolean: false))
        case .boolean: self = .integer(IntegerArray(stored.shape, stored.integers, isBoolean: true))
        }
    }

    var type: ValueType {
        switch self {
        case .real(let tensor): ValueType(kind: .real, shape: tensor.shape)
        case .integer(let array): ValueType(kind: array.isBoolean ? .boolean : .integer, shape: array.shape)
        }
    }
}

/// What is known of an array before a network runs.
struct ValueType: Hashable, Sendable {
    let kind: ElementType.Kind
    let shape: Shape

    /// In values of Float32: integers are held in 64 bits.
    var size: Int { shape.count * (kind == .real ? 1 : 2) }
}

/// An array while a network runs.
enum RunValue {
    case real(Variable)
    case integer(IntegerArray)
}

/// An array while a network is built.
struct Value: Sendable {
    /// Nil when it is not known at load.
    let literal: Literal?
    /// The result of an instruction, or the clip; nil for what is known.
    let slot: Int?
    let type: ValueType

    init(_ literal: Literal) {
        self.literal = literal
        slot = nil
        type = literal.type
    }

    init(slot: Int, type: ValueType) {
        literal = nil
        self.slot = slot
        self.type = type
    }

    static func integers(_ shape: Shape, _ values: [Int]) -> Value {
        Value(.integer(IntegerArray(shape, values, isBoolean: false)))
    }

    static func scalar(_ value: Float) -> Value { Value(.real(Tensor(scalar: value))) }

    var shape: Shape { type.shape }
    var isReal: Bool { type.kind == .real }

    var tensor: Tensor? {
        guard case .real(let tensor)? = literal else { return nil }
        return tensor
    }

    var integers: IntegerArray? {
        guard case .integer(let array)? = literal else { return nil }
        return array
    }

    /// The number that a constant of one element holds.
    var number: Float? {
        guard let tensor, tensor.count == 1 else { return nil }
        return tensor.values[0]
    }
}
