/// A convolution as products of matrices, one for each of some points: the inputs' transforms `[rows, blocks · 16]` times the weights'
/// transforms `[blocks · 16, vectors · 16]`.
///
/// For a direct convolution there is one point, the transform of the input is the patch matrix, and that of the weights a change of order. For
/// Winograd's algorithms a row is a tile of several results and there are more points, each with fewer multiplications a result in all.
protocol BlockTransform: Sendable {
    /// Products that make a result.
    var points: Int { get }
    /// Blocks of sixteen that a product sums over.
    var blocks: Int { get }
    /// Blocks of sixteen channels that come out.
    var vectors: Int { get }
    /// Rows of each product.
    var rows: Int { get }
    /// Whether the input's transform can be made block by block.
    var separatesBlocks: Bool { get }
    var costs: TransformCosts { get }

    /// Writes transforms of the input as vectors of sixteen: point p, block b, row r go to
    /// `to[p · pointStep + b · blockStep + (r - rows.lowerBound) · 16]`.
    func writeInput(
        _ source: Reads, rows: Range<Int>, blocks: Range<Int>, to: UnsafeMutablePointer<Float>, pointStep: Int,
        blockStep: Int)

    /// Writes transforms of the weights: point p, row k of block b go to
    /// `to[p · pointStep + ((b - blocks.lowerBound) · 16 + k) · rowStep]`, sixteen values each.
    func writeWeights(
        vector: Int, blocks: Range<Int>, to: UnsafeMutablePointer<Float>, pointStep: Int, rowStep: Int)

    /// Turns products into results and stores them; point p, row r lie at `from[p · pointStep + (r - rows.lowerBound) · 16]`.
    func writeResult(
        vector: Int, rows: Range<Int>, from: UnsafePointer<Float>, pointStep: Int, into destination: Writes,
        finish: BlockedFinish)
}

/// What the transforms cost in the unit of a product's cost, the multiplication of two vectors of sixteen: measured once, on a processor that
/// does one a cycle, and rounded. They decide between direct and Winograd's summation, so what matters is their size only.
struct TransformCosts: Hashable, Sendable {
    /// For a row and a block.
    let input: Int
    /// For a row and a vector.
    let result: Int
    /// For a block of 16 × 16 weights.
    let weights: Int
}

extension BlockTransform {
    /// Multiplications of vectors that the products take.
    var multiplications: Int { points * rows * blocks * BlockedExtents.lanes * vectors }

    /// The whole cost, in multiplications of vectors.
    var cost: Int {
        multiplications + rows * (blocks * costs.input + vectors * costs.result) + blocks * vectors * costs.weights
    }
}

/// Cuts a range of rows where a row of `length` of them ends.
/// - Parameter body: takes the number of the long row, the first place in it, the count, and how many rows came before.
func forEachRun(
    of rows: Range<Int>, length: Int, _ body: (_ line: Int, _ first: Int, _ count: Int, _ before: Int) -> Void
) {
    var row = rows.lowerBound
    while row < rows.upperBound {
        let (line, first) = row.quotientAndRemainder(dividingBy: length)
        let count = min(rows.upperBound - row, length - first)
        body(line, first, count, row - rows.lowerBound)
        row += count
    }
}
