import Autodiff
import Tensors

extension NodeLowering {
    /// NumPy's rule: vectors become matrices of one row (one column), and lose that axis again.
    func matrixProduct() throws -> Value {
        var (a, b) = (try required(0), try required(1))
        let (isRow, isColumn) = (a.shape.rank == 1, b.shape.rank == 1)
        if isRow { a = try reshaped(a, [1] + a.shape.extents) }
        if isColumn { b = try reshaped(b, b.shape.extents + [1]) }
        let product = try emit(.matrixMultiply, a, b)
        var extents = product.shape.extents
        if isColumn { extents.removeLast() }
        if isRow { extents.remove(at: extents.count - (isColumn ? 1 : 2)) }
        return try reshaped(product, extents)
    }

    func gemm() throws -> Value {
        var (a, b) = (try required(0), try required(1))
        guard a.shape.rank == 2, b.shape.rank == 2 else { throw refuse("\(a.shape) and \(b.shape) are no matrices") }
        if try flag("transA", otherwise: false) { a = try emit(.transpose([1, 0]), a) }
        if try flag("transB", otherwise: false) { b = try emit(.transpose([1, 0]), b) }
        let product = try affine(emit(.matrixMultiply, a, b), real("alpha", otherwise: 1), 0)
        guard let c = optional(2) else { return product }
        let sum = try emit(.binary(.add), product, affine(c, real("beta", otherwise: 1), 0))
        guard sum.shape == product.shape else { throw refuse("\(c.shape) is not repeated to \(product.shape)") }
        return sum
    }

    /// Sums of products over named axes, two operands at a time.
    func einsum() throws -> Value {
        let equation = try string("equation", otherwise: "").filter { $0 != " " }
        let sides = equation.split(separator: ">", omittingEmptySubsequences: false)
        let left = sides[0].hasSuffix("-") ? sides[0].dropLast() : sides[0]
        let values = try all()
        let terms = left.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard sides.count <= 2, terms.count == values.count, !values.isEmpty else {
            throw refuse("the equation \(equation) is not understood for \(values.count) operands")
        }
        // Axes under an ellipsis get names of their own, counted from the last.
        let open = try zip(terms, values).map { term, value in
            let named = term.filter { $0 != "." }.count
            guard term.contains("...") ? value.shape.rank >= named : value.shape.rank == named else {
                throw refuse("\(term) does not name the axes of \(value.shape)")
            }
            return value.shape.rank - named
        }
        let widest = open.max() ?? 0
        func labels(_ term: String, open: Int) -> [String] {
            let parts = term.components(around: "...")
            let hidden = (widest - open..<widest).map { "…\($0)" }
            return parts.count == 1
                ? parts[0].map(String.init) : parts[0].map(String.init) + hidden + parts[1].map(String.init)
        }
        var operands = zip(zip(terms, open), values).map { (labels: labels($0.0, open: $0.1), value: $1) }
        guard operands.allSatisfy({ $0.labels.count == $0.value.shape.rank }) else {
            throw refuse("the equation \(equation) has a stray dot")
        }
        let output: [String]
        if sides.count == 2 {
            output = labels(String(sides[1]), open: widest)
        } else {
            let all = operands.flatMap(\.labels)
            let single = Set(all.filter { label in !label.hasPrefix("…") && all.count { $0 == label } == 1 }).sorted()
            output = (0..<widest).map { "…\($0)" } + single
        }
        guard operands.allSatisfy({ Set($0.labels).count == $0.labels.count }), Set(output).count == output.count,
            Set(output).isSubset(of: operands.flatMap(\.labels))
        else { throw refuse("the equation \(equation) repeats an axis, or gives one that no operand has") }
        while operands.count > 1 {
            let (a, b) = (operands.removeFirst(), operands.removeFirst())
            let later = Set(operands.flatMap(\.labels) + output)
            operands.insert(try contraction(a, b, keeping: later), at: 0)
        }
        let last = try summed(operands[0], keeping: Set(output))
        return try emit(.transpose(output.compactMap { last.labels.firstIndex(of: $0) }), last.value)
    }

    private typealias Labelled = (labels: [String], value: Value)

    /// Sums over the axes that nobody needs.
    private func summed(_ x: Labelled, keeping kept: Set<String>) throws -> Labelled {
        let axes = Set(x.labels.indices.filter { !kept.contains(x.labels[$0]) })
        guard !axes.isEmpty else { return x }
        let labels = x.labels.filter(kept.contains)
        let sum = try emit(.reduce(.sum, axes: axes), x.value)
        return (labels, try reshaped(sum, x.labels.indices.filter { !axes.contains($0) }.map { x.value.shape[$0] }))
    }

    private func contraction(_ a: Labelled, _ b: Labelled, keeping kept: Set<String>) throws -> Labelled {
        let a = try summed(a, keeping: kept.union(b.labels))
        let b = try summed(b, keeping: kept.union(a.labels))
        let shared = a.labels.filter(b.labels.contains)
        let batch = shared.filter(kept.contains)
        let inner = shared.filter { !kept.contains($0) }
        let (rows, columns) = (a.labels.filter { !shared.contains($0) }, b.labels.filter { !shared.contains($0) })
        func extent(_ label: String) -> Int {
            [a, b].compactMap { x in x.labels.firstIndex(of: label).map { x.value.shape[$0] } }.max() ?? 1
        }
        func arranged(_ x: Labelled, _ groups: [[String]]) throws -> Value {
            let order = groups.flatMap(\.self).compactMap { x.labels.firstIndex(of: $0) }
            var value = try emit(.transpose(order), x.value)
            let full = groups.flatMap(\.self).map(extent)
            if value.shape.extents != full { value = try emit(.expand(shape(full)), value) }
            return try reshaped(value, [batch, groups[1], groups[2]].map { $0.reduce(1) { $0 * extent($1) } })
        }
        let product = try emit(
            .matrixMultiply, arranged(a, [batch, rows, inner]), arranged(b, [batch, inner, columns]))
        let labels = batch + rows + columns
        return (labels, try reshaped(product, labels.map(extent)))
    }
}

extension String {
    /// The text before and behind the first occurrence of another; the whole if there is none.
    fileprivate func components(around separator: String) -> [String] {
        var rest = self[...]
        var before = ""
        while !rest.isEmpty {
            if rest.hasPrefix(separator) { return [before, String(rest.dropFirst(separator.count))] }
            before.append(rest.removeFirst())
        }
        return [self]
    }
}
