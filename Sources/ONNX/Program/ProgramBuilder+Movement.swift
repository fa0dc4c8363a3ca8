import Autodiff
import Tensors

/// Exporters write one change of order as many steps: slices of slices, axes that are moved for an update and moved back, what was cut apart and put
/// together again. Here what such steps give is told by what it is of, and made in one slice and one transposition at most.
extension ProgramBuilder {
    /// Steps that are looked behind, so that a chain that never ends takes no time without end.
    private static let deepest = 16
    /// Operands of a concatenation that is looked behind.
    private static let mostOperands = 8
    /// Concatenations of concatenations that are looked into.
    private static let mostLevels = 2

    /// - Returns: nil when the slice stays as it is.
    func slice(_ parts: [AxisSlice], of x: Value, at node: NodeName) throws -> Value? {
        if parts == x.shape.extents.map(AxisSlice.all) { return x }
        guard x.type.kind == .real, parts.allSatisfy({ $0.count > 0 }) else { return nil }
        let view = view(of: x, behindConcatenations: true)
        return view.base.slot == x.slot ? nil : try emit(view.sliced(parts), at: node)
    }

    /// - Returns: nil when the transposition stays as it is.
    func transposition(_ permutation: [Int], of x: Value, type: ValueType, at node: NodeName) throws -> Value? {
        // Axes of extent one move freely: if all others keep their order it is a reshape.
        let moving = permutation.filter { x.shape[$0] != 1 }
        if moving == moving.sorted() { return try emit(.reshape(type.shape), [x], at: node) }
        guard x.type.kind == .real, !x.shape.extents.contains(0) else { return nil }
        let view = view(of: x, behindConcatenations: true)
        let transposed = view.transposed(permutation)
        guard view.base.slot != x.slot || parts(of: transposed, level: 0) != nil else { return nil }
        return try emit(transposed, at: node)
    }

    /// Neighbours that were one value before are one again.
    /// - Returns: nil when the concatenation stays as it is.
    func concatenation(of operands: [Value], along axis: Int, at node: NodeName) throws -> Value? {
        if operands.count == 1 { return operands[0] }
        guard operands.allSatisfy({ $0.type.kind == .real && !$0.shape.extents.contains(0) }) else { return nil }
        var pieces: [(value: Value, view: AxisView?)] = []
        for operand in operands {
            let view = operand.slot == nil ? nil : view(of: operand, behindConcatenations: false)
            if let view, let joined = pieces.last?.view?.followed(by: view, along: axis) {
                pieces[pieces.count - 1] = (operand, joined)
            } else {
                pieces.append((operand, view))
            }
        }
        guard pieces.count < operands.count else {
            return try known(.concatenate(axis: axis), operands) ?? update(operands, along: axis, at: node)
        }
        let values = try pieces.map { piece in
            guard let view = piece.view, view.shape != piece.value.shape else { return piece.value }
            return try emit(view, at: node)
        }
        return try emit(.concatenate(axis: axis), values, at: node)
    }

    /// A part of a value and the rest of it with something added is the value with something added, and zeros where nothing is.
    private func update(_ operands: [Value], along axis: Int, at node: NodeName) throws -> Value? {
        guard operands.count == 2, operands[0].slot != nil, operands[0].shape.count <= operands[1].shape.count,
            let sum = definition(of: operands[1]), case .binary(.add) = sum.primitive,
            sum.operands.allSatisfy({ $0.slot != nil && $0.shape == operands[1].shape })
        else { return nil }
        let first = view(of: operands[0], behindConcatenations: false)
        for (own, added) in [(sum.operands[0], sum.operands[1]), (sum.operands[1], sum.operands[0])] {
            guard let whole = first.followed(by: view(of: own, behindConcatenations: false), along: axis) else {
                continue
            }
            let none = own.shape.extents.map { _ in 0 }
            var before = none
            before[axis] = operands[0].shape[axis]
            let padded = try emit(.pad(before: before, after: none, value: 0), [added], at: node)
            return try emit(.binary(.add), [try emit(whole, at: node), padded], at: node)
        }
        return nil
    }

    /// - Returns: nil when the padding stays as it is.
    func padding(_ before: [Int], _ after: [Int], _ value: Float, of x: Value, at node: NodeName) throws -> Value? {
        if (before + after).allSatisfy({ $0 == 0 }) { return x }
        // What is cut off by one and put back by another is lost.
        guard let inner = definition(of: x), case .pad(let nearer, let farther, value) = inner.primitive,
            (before + after + nearer + farther).allSatisfy({ $0 >= 0 })
        else { return nil }
        return try emit(
            .pad(before: zip(before, nearer).map(+), after: zip(after, farther).map(+), value: value), inner.operands,
            at: node)
    }

    /// What a value is a view of, as far back as that can be told.
    /// - Parameter behindConcatenations: whether a view of one operand of a concatenation counts as one of that operand.
    private func view(of value: Value, behindConcatenations: Bool) -> AxisView {
        resolved(AxisView(value), behindConcatenations: behindConcatenations)
    }

    private func resolved(_ view: AxisView, behindConcatenations: Bool) -> AxisView {
        var view = view
        for _ in 0..<Self.deepest {
            guard let definition = definition(of: view.base) else { return view }
            var next = view.resolved(definition)
            if behindConcatenations, case .concatenate(let axis) = definition.primitive,
                definition.operands.count <= Self.mostOperands
            {
                next = view.resolved(concatenation: definition.operands, along: axis)
            }
            guard let next, next.base.slot != nil else { return view }
            view = next
        }
        return view
    }

    /// A view in as few steps as it takes: a slice, a transposition, a reshape.
    private func emit(_ view: AxisView, level: Int = 0, at node: NodeName) throws -> Value {
        let view = resolved(view, behindConcatenations: true)
        if let parts = parts(of: view, level: level) {
            return try emit(parts, shape: view.shape, level: level, at: node)
        }
        var x = view.base
        if !view.isWhole { x = try step(.slice(view.slices), x, at: node) }
        if view.moves {
            let axes = view.order.sorted()
            x = try step(.reshape(Shape(axes.map { x.shape[$0] })), x, at: node)
            x = try step(.transpose(view.order.map { axis in axes.count { $0 < axis } }), x, at: node)
        }
        return x.shape == view.shape ? x : try step(.reshape(view.shape), x, at: node)
    }

    /// A concatenation whose operands need not be moved, or only little of them.
    private struct Parts {
        let axis: Int
        let views: [AxisView]
        /// Values that change places.
        let moved: Int
    }

    /// A view that moves a whole concatenation, as one of operands that are moved instead; nil where that saves nothing.
    private func parts(of view: AxisView, level: Int) -> Parts? {
        guard view.moves, view.isWhole, level < Self.mostLevels, let definition = definition(of: view.base),
            case .concatenate(let axis) = definition.primitive, definition.operands.count <= Self.mostOperands
        else { return nil }
        let base = view.base.shape
        // In the base's own axes: all of them, those of extent one first.
        let order = base.extents.indices.filter { !view.order.contains($0) } + view.order
        guard let place = order.firstIndex(of: axis) else { return nil }
        var moved = 0
        var views: [AxisView] = []
        for operand in definition.operands {
            guard operand.slot != nil else { return nil }
            let own = self.view(of: operand, behindConcatenations: true).transposed(order)
            if own.moves {
                moved += self.parts(of: own, level: level + 1)?.moved ?? own.shape.count
            }
            views.append(own)
        }
        return moved <= base.count / 16 ? Parts(axis: place, views: views, moved: moved) : nil
    }

    private func emit(_ parts: Parts, shape: Shape, level: Int, at node: NodeName) throws -> Value {
        let values = try parts.views.map { try emit($0, level: level + 1, at: node) }
        let whole = try emit(.concatenate(axis: parts.axis), values, at: node)
        return whole.shape == shape ? whole : try step(.reshape(shape), whole, at: node)
    }

    /// One step as it is, or what it gave before.
    private func step(_ primitive: Primitive, _ x: Value, at node: NodeName) throws -> Value {
        if case .reshape(let shape) = primitive, shape == x.shape { return x }
        if let known = known(primitive, [x]) { return known }
        try checkRoom()
        return append(primitive, [x], type: try primitive.resultType(of: [x.type]), at: node)
    }
}
