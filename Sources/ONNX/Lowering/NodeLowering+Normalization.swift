import Autodiff
import Tensors

extension NodeLowering {
    func batchNormalization() throws -> Value {
        guard try !flag("training_mode", otherwise: false) else {
            throw refuse("it is in training mode: call model.eval() before the export")
        }
        return try emit(
            .batchNormalization(epsilon: real("epsilon", otherwise: 1e-5)), required(0), required(1), required(2),
            required(3), required(4))
    }

    func layerNormalization() throws -> Value {
        let x = try required(0)
        let axis = try self.axis(integer("axis", otherwise: -1), rank: x.shape.rank)
        let epsilon = try real("epsilon", otherwise: 1e-5)
        let normalized = Array(x.shape.extents[axis...])
        let (scale, shift) = (try required(1), optional(2))
        if scale.shape.extents == normalized, shift.map({ $0.shape.extents == normalized }) ?? true {
            let operands = [x, scale] + [try shift ?? emit(.expand(Shape(normalized)), .scalar(0))]
            return try emit(.layerNormalization(axis: axis, epsilon: epsilon), all: operands)
        }
        var result = try emit(.layerNormalization(axis: axis, epsilon: epsilon), x)
        result = try emit(.binary(.multiply), result, scale)
        return try shift.map { try emit(.binary(.add), result, $0) } ?? result
    }

    /// Normalises each of some groups of a sample's channels by itself.
    private func grouped(_ x: Value, groups: Int) throws -> Value {
        guard x.shape.rank >= 2, groups > 0, x.shape[1] % groups == 0 else {
            throw refuse("\(groups) groups do not divide the channels of \(x.shape)")
        }
        let rest = x.shape.extents[1...].reduce(1, *) / groups
        let flat = try reshaped(x, [x.shape[0], groups, rest])
        return try emit(.layerNormalization(axis: 2, epsilon: real("epsilon", otherwise: 1e-5)), flat)
    }

    /// Parameters that have one value for each index of axis 1, over an array of `rank` axes.
    private func alongChannels(_ parameter: Value, rank: Int) throws -> Value {
        guard parameter.shape.rank == 1 else { throw refuse("its parameters have the shape \(parameter.shape)") }
        return try reshaped(parameter, parameter.shape.extents + Array(repeating: 1, count: rank - 2))
    }

    func instanceNormalization() throws -> Value {
        let x = try required(0)
        guard x.shape.rank >= 3 else { throw refuse("there is nothing behind batch and channels in \(x.shape)") }
        let normalized = try reshaped(grouped(x, groups: x.shape[1]), x.shape.extents)
        let scaled = try emit(.binary(.multiply), normalized, alongChannels(required(1), rank: x.shape.rank))
        return try emit(.binary(.add), scaled, alongChannels(required(2), rank: x.shape.rank))
    }

    /// Up to version 20 of the standard the parameters have one value for each group; some exporters write one for each channel.
    func groupNormalization() throws -> Value {
        let x = try required(0)
        let groups = try integer("num_groups", otherwise: 0)
        let (scale, shift) = (try required(1), try required(2))
        let flat = try grouped(x, groups: groups)
        if scale.shape == [x.shape[1]], groups != x.shape[1] {
            let normalized = try reshaped(flat, x.shape.extents)
            let scaled = try emit(.binary(.multiply), normalized, alongChannels(scale, rank: x.shape.rank))
            return try emit(.binary(.add), scaled, alongChannels(shift, rank: x.shape.rank))
        }
        let scaled = try emit(.binary(.multiply), flat, alongChannels(scale, rank: 3))
        return try reshaped(emit(.binary(.add), scaled, alongChannels(shift, rank: 3)), x.shape.extents)
    }

    func softmax(logarithmic: Bool) throws -> Value {
        let x = try required(0)
        func apply(_ x: Value, _ axis: Int) throws -> Value {
            try emit(logarithmic ? .logSoftmax(axis: axis) : .softmax(axis: axis), x)
        }
        guard opset < 13 else {
            return try apply(x, axis(integer("axis", otherwise: -1), rank: x.shape.rank))
        }
        // Before version 13 all axes from one on are taken together.
        let axis = try self.axis(integer("axis", otherwise: 1), rank: x.shape.rank)
        let rows = x.shape.extents[..<axis].reduce(1, *)
        let flat = try reshaped(x, [rows, x.shape.extents[axis...].reduce(1, *)])
        return try reshaped(apply(flat, 1), x.shape.extents)
    }
}
