import Autodiff
import Tensors

/// A value as a part of another, its axes in another order: what slices, transpositions, and reshapes that only add or take away axes of extent one
/// make of it, however many of them follow each other.
struct AxisView {
    /// What the view is of.
    let base: Value
    /// For each axis of the base.
    private(set) var slices: [AxisSlice]
    /// The base's axes of which more than one place is seen, in the order in which the view has them.
    private(set) var order: [Int]
    /// Of the view. Its axes longer than one are those of ``order``.
    private(set) var shape: Shape

    /// All of a value, as it is.
    init(_ value: Value) {
        base = value
        slices = value.shape.extents.map(AxisSlice.all)
        order = value.shape.extents.indices.filter { value.shape[$0] != 1 }
        shape = value.shape
    }

    private init(base: Value, slices: [AxisSlice], order: [Int], shape: Shape) {
        (self.base, self.slices, self.order, self.shape) = (base, slices, order, shape)
    }

    /// Whether it sees the whole base.
    var isWhole: Bool { slices == base.shape.extents.map(AxisSlice.all) }

    /// Whether axes longer than one change places.
    var moves: Bool { order != order.sorted() }

    /// The base's axis behind each of the view's; nil for axes of extent one.
    private var axes: [Int?] {
        var next = order.makeIterator()
        return shape.extents.map { $0 == 1 ? nil : next.next() }
    }

    func transposed(_ permutation: [Int]) -> AxisView {
        let axes = axes
        return AxisView(
            base: base, slices: slices, order: permutation.compactMap { axes[$0] },
            shape: Shape(permutation.map { shape[$0] }))
    }

    func sliced(_ parts: [AxisSlice]) -> AxisView {
        let axes = axes
        var slices = slices
        for (axis, part) in zip(axes, parts) {
            if let axis { slices[axis] = slices[axis].part(part) }
        }
        return AxisView(
            base: base, slices: slices, order: zip(axes, parts).compactMap { $1.count == 1 ? nil : $0 },
            shape: Shape(parts.map(\.count)))
    }

    /// With other axes of extent one.
    /// - Returns: nil for a reshape that does more than that.
    func reshaped(_ other: Shape) -> AxisView? {
        guard other.extents.filter({ $0 != 1 }) == shape.extents.filter({ $0 != 1 }) else { return nil }
        return AxisView(base: base, slices: slices, order: order, shape: other)
    }

    /// The same of what the base is made of, where the base is such a view itself.
    /// - Parameter definition: of the base.
    func resolved(_ definition: Program.Instruction) -> AxisView? {
        let operand = definition.operands[0]
        let inner: AxisView?
        switch definition.primitive {
        case .transpose(let permutation): inner = AxisView(operand).transposed(permutation)
        case .slice(let parts): inner = AxisView(operand).sliced(parts)
        case .reshape(let shape): inner = AxisView(operand).reshaped(shape)
        default: inner = nil
        }
        return inner.map(seen)
    }

    /// The same of the operand of a concatenation that all of it comes from; nil when it comes from several.
    func resolved(concatenation operands: [Value], along axis: Int) -> AxisView? {
        let part = slices[axis]
        guard part.count > 0 else { return nil }
        let ends = [part.start, part.start + (part.count - 1) * part.step]
        guard let (first, last) = ends.min().flatMap({ low in ends.max().map { (low, $0) } }) else { return nil }
        var start = 0
        for operand in operands {
            let end = start + operand.shape[axis]
            if (start..<end).contains(first), (start..<end).contains(last), operand.slot != nil {
                var slices = slices
                slices[axis] = AxisSlice(start: part.start - start, step: part.step, count: part.count)
                return AxisView(base: operand, slices: slices, order: order, shape: shape)
            }
            start = end
        }
        return nil
    }

    /// This view of another one, in the place of this one's base.
    private func seen(in other: AxisView) -> AxisView {
        let axes = other.axes
        var slices = other.slices
        for (axis, part) in zip(axes, self.slices) {
            if let axis { slices[axis] = slices[axis].part(part) }
        }
        return AxisView(base: other.base, slices: slices, order: order.compactMap { axes[$0] }, shape: shape)
    }

    /// What two views of one base give one behind the other, if that is a view of it again.
    /// - Parameter axis: of the views, along which they are concatenated.
    func followed(by next: AxisView, along axis: Int) -> AxisView? {
        guard let slot = base.slot, next.base.slot == slot, shape.rank == next.shape.rank else { return nil }
        let different = self.slices.indices.filter { self.slices[$0] != next.slices[$0] }
        guard different.count == 1, let place = different.first else { return nil }
        let (first, second) = (self.slices[place], next.slices[place])
        // Of one place the step is not known.
        let step = first.count > 1 ? first.step : second.count > 1 ? second.step : second.start - first.start
        guard step != 0, first.count == 1 || first.step == step, second.count == 1 || second.step == step,
            second.start == first.start + first.count * step
        else { return nil }
        // The axis that grows is that of the concatenation, the others are as they are in both.
        func others(_ view: AxisView) -> [Int?]? {
            var axes = view.axes
            let own = axes.remove(at: axis)
            return own == nil || own == place ? axes : nil
        }
        guard let own = others(self), own == others(next), !own.contains(place) else { return nil }
        var (axes, slices) = (self.axes, self.slices)
        axes[axis] = place
        slices[place] = AxisSlice(start: first.start, step: step, count: first.count + second.count)
        var extents = shape.extents
        extents[axis] += next.shape[axis]
        return AxisView(base: base, slices: slices, order: axes.compactMap(\.self), shape: Shape(extents))
    }
}

extension AxisSlice {
    /// A slice of what this one gives.
    fileprivate func part(_ part: AxisSlice) -> AxisSlice {
        // One place has no step.
        AxisSlice(start: start + part.start * step, step: part.count == 1 ? 1 : step * part.step, count: part.count)
    }
}
