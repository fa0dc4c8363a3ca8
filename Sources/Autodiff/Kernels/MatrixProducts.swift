import Tensors

/// Which matrices of two stacks are multiplied with each other, and their extents.
struct MatrixProducts: Sendable {
    /// Of the result.
    let shape: Shape
    private let rows, depth, columns: Int
    private let leftCount, rightCount: Int
    /// For each product, the matrices it is made of.
    private let pairs: [(left: Int, right: Int)]

    /// The shape of the result alone: which matrices are multiplied is a list as long as the stack.
    /// - Throws: ``ShapeError``.
    static func shape(_ a: Shape, _ b: Shape) throws -> Shape {
        let operation = Operation.matrixMultiply
        guard a.rank >= 2, b.rank >= 2 else { throw operation.refuses([a, b], "both have at least two axes") }
        guard a[a.rank - 1] == b[b.rank - 2] else {
            throw operation.refuses([a, b], "the first one's last extent is the second one's last but one")
        }
        let stack = try operation.broadcast(Shape(a.extents.dropLast(2)), Shape(b.extents.dropLast(2)))
        return try Shape(validating: stack.extents + [a[a.rank - 2], b[b.rank - 1]])
    }

    /// - Throws: ``ShapeError``.
    init(_ a: Shape, _ b: Shape) throws {
        shape = try Self.shape(a, b)
        let (aStack, bStack) = (Shape(a.extents.dropLast(2)), Shape(b.extents.dropLast(2)))
        let stack = Shape(shape.extents.dropLast(2))
        depth = a[a.rank - 1]
        columns = b[b.rank - 1]
        if bStack.count == 1 && aStack.count == stack.count {
            // One matrix on the right of all: the rows of all on the left are one matrix.
            rows = stack.count * a[a.rank - 2]
            (leftCount, rightCount) = (1, 1)
            pairs = [(0, 0)]
        } else {
            rows = a[a.rank - 2]
            (leftCount, rightCount) = (aStack.count, bStack.count)
            pairs = zip(aStack.places(over: stack), bStack.places(over: stack)).map { ($0, $1) }
        }
    }

    func multiply(_ a: Reads, _ b: Reads, into result: Writes, parallelism: Parallelism) {
        sums(
            pairs.map { [$0] }, rows: rows, columns: columns, depth: depth,
            left: { Matrix(base: a + $0 * rows * depth, stride: depth) },
            right: { Matrix(base: b + $0 * depth * columns, stride: columns) }, into: result, parallelism: parallelism)
    }

    /// gradient · bᵀ, summed over the products that share a matrix on the left.
    func leftGradient(_ gradient: Reads, _ b: Reads, into result: Writes, parallelism: Parallelism) {
        var terms: [[(left: Int, right: Int)]] = Array(repeating: [], count: leftCount)
        for (product, pair) in pairs.enumerated() { terms[pair.left].append((product, pair.right)) }
        sums(
            terms, rows: rows, columns: depth, depth: columns,
            left: { Matrix(base: gradient + $0 * rows * columns, stride: columns) },
            right: { Matrix(base: b + $0 * depth * columns, stride: columns, isTransposed: true) }, into: result,
            parallelism: parallelism)
    }

    /// aᵀ · gradient, summed over the products that share a matrix on the right.
    func rightGradient(_ gradient: Reads, _ a: Reads, into result: Writes, parallelism: Parallelism) {
        var terms: [[(left: Int, right: Int)]] = Array(repeating: [], count: rightCount)
        for (product, pair) in pairs.enumerated() { terms[pair.right].append((pair.left, product)) }
        sums(
            terms, rows: depth, columns: columns, depth: rows,
            left: { Matrix(base: a + $0 * rows * depth, stride: depth, isTransposed: true) },
            right: { Matrix(base: gradient + $0 * rows * columns, stride: columns) }, into: result,
            parallelism: parallelism)
    }

    /// Writes a stack of matrices, each a sum of products in the order given; zero where there are none.
    private func sums(
        _ terms: [[(left: Int, right: Int)]], rows: Int, columns: Int, depth: Int, left: @Sendable (Int) -> Matrix,
        right: @Sendable (Int) -> Matrix, into result: Writes, parallelism: Parallelism
    ) {
        let blocks = Blocks(rows: rows, positions: columns, widest: 512, others: terms.count)
        parallelism.forEach(terms.count * blocks.count) { unit in
            let (index, block) = unit.quotientAndRemainder(dividingBy: blocks.count)
            let (row, height, column, width) = blocks[block]
            let to = result + (index * rows * columns + row * columns + column)
            if terms[index].isEmpty {
                for line in 0..<height { (to + line * columns).update(repeating: 0, count: width) }
            }
            for (number, term) in terms[index].enumerated() {
                gemm(
                    rows: height, columns: width, depth: depth, left(term.left).dropping(rows: row),
                    right(term.right).dropping(columns: column), accumulates: number > 0, into: to, stride: columns)
            }
        }
    }
}

extension Shape {
    /// For every index of a larger shape, the place of the value that this one is read at.
    fileprivate func places(over shape: Shape) -> [Int] {
        let steps = broadcastStrides(over: shape)
        return zip(shape.extents, steps).reduce([0]) { places, axis in
            places.flatMap { place in (0..<axis.0).map { place + $0 * axis.1 } }
        }
    }
}
