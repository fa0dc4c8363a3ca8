import Autodiff
import Tensors

extension NodeLowering {
    /// The axes that are reduced; all when the node names none.
    private func reducedAxes(_ x: Value) throws -> Set<Int>? {
        let axes = try axesAttributeOrOperand(1, rank: x.shape.rank) ?? []
        if axes.isEmpty {
            return try flag("noop_with_empty_axes", otherwise: false) ? nil : Set(0..<x.shape.rank)
        }
        return Set(axes)
    }

    private func keepingOrNot(_ x: Value, _ axes: Set<Int>) throws -> Value {
        guard try !flag("keepdims", otherwise: true) else { return x }
        return try reshaped(x, x.shape.extents.indices.filter { !axes.contains($0) }.map { x.shape[$0] })
    }

    func reduce(_ reduction: Reduction, after prepare: (Value) throws -> Value = { $0 }) throws -> Value {
        let x = try prepare(required(0))
        guard let axes = try reducedAxes(x) else { return x }
        return try keepingOrNot(emit(.reduce(reduction, axes: axes), x), axes)
    }

    func mean() throws -> Value {
        let x = try required(0)
        guard let axes = try reducedAxes(x) else { return x }
        let count = axes.reduce(1) { $0 * x.shape[$1] }
        guard x.isReal, count > 0 else { throw refuse("there is no mean over the axes \(axes.sorted()) of \(x.shape)") }
        let sum = try emit(.reduce(.sum, axes: axes), x)
        return try keepingOrNot(affine(sum, 1 / Float(count), 0), axes)
    }

    /// With the largest value taken out, so that nothing overflows.
    func logarithmOfSum() throws -> Value {
        let x = try required(0)
        guard let axes = try reducedAxes(x) else { return x }
        let largest = try emit(.reduce(.maximum, axes: axes), x)
        let powers = try mapped(.exponential, emit(.binary(.subtract), x, largest))
        let sum = try mapped(.logarithm, emit(.reduce(.sum, axes: axes), powers))
        return try keepingOrNot(emit(.binary(.add), sum, largest), axes)
    }

    func argument(_ extremum: Extremum) throws -> Value {
        let x = try required(0)
        let axis = try self.axis(integer("axis", otherwise: 0), rank: x.shape.rank)
        let last = try flag("select_last_index", otherwise: false)
        return try keepingOrNot(emit(.argument(extremum, axis: axis, last: last), x), [axis])
    }

    /// Values and indices.
    func top() throws -> [Value] {
        let x = try required(0)
        let axis = try self.axis(integer("axis", otherwise: -1), rank: x.shape.rank)
        guard let count = try constantInteger(1, "K") else { throw refuse("K is missing") }
        let extremum: Extremum = try flag("largest", otherwise: true) ? .maximum : .minimum
        let indices = try emit(.top(extremum, axis: axis, count: count), x)
        return [try emit(.pick, x, emit(.elementPlaces(x.shape, axis: axis), indices)), indices]
    }

    func cumulativeSum() throws -> Value {
        let x = try required(0)
        guard let axis = try constantInteger(1, "axis") else { throw refuse("its axis is missing") }
        return try emit(
            .cumulativeSum(
                axis: self.axis(axis, rank: x.shape.rank), isExclusive: flag("exclusive", otherwise: false),
                isReversed: flag("reverse", otherwise: false)), x)
    }
}
