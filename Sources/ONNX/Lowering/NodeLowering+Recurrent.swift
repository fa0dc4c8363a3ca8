import Autodiff
import Tensors

extension NodeLowering {
    /// The parameters of one direction of a recurrent layer, sequences first: `x` is `[T, B, inputs]`.
    private struct Direction {
        let isReversed: Bool
        /// x · Wᵀ plus the biases of the input, `[T, B, gates · hidden]`.
        let gates: Value
        /// `[hidden, gates · hidden]`
        let recurrence: Value
        /// Of the recurrence, `[gates · hidden]`.
        let bias: Value?
        let hidden: Value
        let cell: Value?
    }

    func lstm() throws -> [Value] {
        guard optional(7) == nil else { throw refuse("peephole weights are not supported") }
        guard try integer("input_forget", otherwise: 0) == 0 else { throw refuse("input_forget is not supported") }
        return try recurrent(gates: 4, standard: ["sigmoid", "tanh", "tanh"], hasCell: true) { direction, gates, h, c in
            guard let c else { throw refuse("it has no cell") }
            let size = h.shape[1]
            let product = try emit(.matrixMultiply, h, direction.recurrence)
            let sum = try emit(.binary(.add), gates, product)
            // Input, output, forget, cell.
            func part(_ index: Int) throws -> Value { try columns(sum, index * size, size) }
            let (i, o, f) = (
                try mapped(.sigmoid, part(0)), try mapped(.sigmoid, part(1)), try mapped(.sigmoid, part(2))
            )
            let candidate = try mapped(.tanh, part(3))
            let next = try emit(
                .binary(.add), emit(.binary(.multiply), f, c), emit(.binary(.multiply), i, candidate))
            return (try emit(.binary(.multiply), o, mapped(.tanh, next)), next)
        }
    }

    func gru() throws -> [Value] {
        let resetsAfter = try flag("linear_before_reset", otherwise: false)
        let results = try recurrent(gates: 3, standard: ["sigmoid", "tanh"], hasCell: false) { direction, gates, h, _ in
            let size = h.shape[1]
            // Update, reset, hidden.
            func recurrence(_ h: Value, _ first: Int, _ count: Int) throws -> Value {
                let product = try emit(.matrixMultiply, h, columns(direction.recurrence, first * size, count * size))
                guard let bias = direction.bias else { return product }
                return try emit(.binary(.add), product, columns(bias, first * size, count * size))
            }
            let both = try mapped(
                .sigmoid, emit(.binary(.add), columns(gates, 0, 2 * size), recurrence(h, 0, 2)))
            let (update, reset) = (try columns(both, 0, size), try columns(both, size, size))
            let inner =
                resetsAfter
                ? try emit(.binary(.multiply), reset, recurrence(h, 2, 1))
                : try recurrence(emit(.binary(.multiply), reset, h), 2, 1)
            let candidate = try mapped(.tanh, emit(.binary(.add), columns(gates, 2 * size, size), inner))
            // (1 - z) · h̃ + z · h
            let kept = try emit(.binary(.multiply), update, emit(.binary(.subtract), h, candidate))
            return (try emit(.binary(.add), candidate, kept), nil)
        }
        return Array(results.prefix(2))
    }

    private func columns(_ x: Value, _ first: Int, _ count: Int) throws -> Value {
        var slices = x.shape.extents.map(AxisSlice.all)
        slices[x.shape.rank - 1] = AxisSlice(start: first, step: 1, count: count)
        return try emit(.slice(slices), x)
    }

    /// An element of the first axis.
    private func element(_ x: Value, _ index: Int) throws -> Value {
        var slices = x.shape.extents.map(AxisSlice.all)
        slices[0] = AxisSlice(start: index, step: 1, count: 1)
        return try reshaped(emit(.slice(slices), x), Array(x.shape.extents.dropFirst()))
    }

    /// Unrolls a layer over time.
    /// - Parameters:
    ///   - standard: the only activations that are supported.
    ///   - step: takes a direction, the gates of one time `[B, gates · hidden]`, the hidden state and the cell; gives the next two.
    /// - Returns: all hidden states, the last ones, and the last cells.
    private func recurrent(
        gates: Int, standard: [String], hasCell: Bool,
        step: (Direction, Value, Value, Value?) throws -> (Value, Value?)
    ) throws -> [Value] {
        var (x, weight, recurrence) = (try required(0), try required(1), try required(2))
        guard x.shape.rank == 3, weight.shape.rank == 3, recurrence.shape.rank == 3 else {
            throw refuse("operand and weights have three axes")
        }
        let isBatchFirst = try integer("layout", otherwise: 0) == 1
        if isBatchFirst { x = try emit(.transpose([1, 0, 2]), x) }
        let (length, batch) = (x.shape[0], x.shape[1])
        let hidden = recurrence.shape[2]
        let reversed: [Bool]
        switch try string("direction", otherwise: "forward") {
        case "forward": reversed = [false]
        case "reverse": reversed = [true]
        case "bidirectional": reversed = [false, true]
        case let other: throw refuse("its direction \(other) is not known")
        }
        guard length > 0, length <= 4096, hidden > 0, weight.shape == [reversed.count, gates * hidden, x.shape[2]],
            recurrence.shape == [reversed.count, gates * hidden, hidden]
        else { throw refuse("its weights \(weight.shape) and \(recurrence.shape) do not fit the operand \(x.shape)") }
        let activations = (try strings("activations") ?? []).map { $0.lowercased() }
        guard activations.isEmpty || activations == Array(repeating: standard, count: reversed.count).flatMap(\.self),
            node.attributes["clip"] == nil
        else { throw refuse("only the standard activations without clip are supported") }
        if let lengths = try constantIntegers(4, "sequence lengths"), !lengths.allSatisfy({ $0 == length }) {
            throw refuse("sequences of different lengths are not supported")
        }
        func initial(_ index: Int, _ direction: Int) throws -> Value {
            guard var state = optional(index) else {
                return try emit(.expand(shape([batch, hidden])), .scalar(0))
            }
            if isBatchFirst { state = try emit(.transpose([1, 0, 2]), state) }
            guard state.shape == [reversed.count, batch, hidden] else {
                throw refuse("its initial state has the shape \(state.shape)")
            }
            return try element(state, direction)
        }
        var (all, lastHidden, lastCell): ([Value], [Value], [Value]) = ([], [], [])
        for (index, isReversed) in reversed.enumerated() {
            var projected = try emit(.matrixMultiply, x, emit(.transpose([1, 0]), element(weight, index)))
            var recurrentBias: Value?
            if let bias = optional(3) {
                guard bias.shape == [reversed.count, 2 * gates * hidden] else {
                    throw refuse("its bias has the shape \(bias.shape)")
                }
                let both = try element(bias, index)
                projected = try emit(.binary(.add), projected, columns(both, 0, gates * hidden))
                let second = try columns(both, gates * hidden, gates * hidden)
                if hasCell {
                    projected = try emit(.binary(.add), projected, second)
                } else {
                    recurrentBias = second
                }
            }
            let direction = Direction(
                isReversed: isReversed, gates: projected,
                recurrence: try emit(.transpose([1, 0]), element(recurrence, index)), bias: recurrentBias,
                hidden: try initial(5, index), cell: hasCell ? try initial(6, index) : nil)
            var (h, c) = (direction.hidden, direction.cell)
            var states: [Value] = []
            for time in 0..<length {
                let place = isReversed ? length - 1 - time : time
                (h, c) = try step(direction, element(projected, place), h, c)
                states.append(try reshaped(h, [1, 1, batch, hidden]))
            }
            if isReversed { states.reverse() }
            all.append(try emit(.concatenate(axis: 0), all: states))
            lastHidden.append(try reshaped(h, [1, batch, hidden]))
            if let c { lastCell.append(try reshaped(c, [1, batch, hidden])) }
        }
        var results = [
            try emit(.concatenate(axis: 1), all: all), try emit(.concatenate(axis: 0), all: lastHidden),
        ]
        if hasCell { results.append(try emit(.concatenate(axis: 0), all: lastCell)) }
        guard isBatchFirst else { return results }
        return try [emit(.transpose([2, 0, 1, 3]), results[0])]
            + results.dropFirst().map { try emit(.transpose([1, 0, 2]), $0) }
    }
}
