import COpenBLAS
import Tensors

/// A row-major matrix in memory: the element (r, c) is at `base[r · stride + c]`.
struct Matrix {
    let base: UnsafePointer<Float>
    let stride: Int
    var isTransposed = false
}

/// Sets OpenBLAS, once, to one thread a call. Work is spread by the project's own loop: OpenBLAS would cut a product by the number of threads,
/// and its results would depend on it.
private let singleThreaded: Void = openblas_set_num_threads(1)

/// `result = a · b`, added to what `result` holds when `accumulates`. Row-major.
/// - Parameters:
///   - rows, columns: of the result.
///   - depth: the extent that is summed over; with 0 the result is zero (or stays as it is).
func gemm(
    rows: Int, columns: Int, depth: Int, _ a: Matrix, _ b: Matrix, accumulates: Bool,
    into result: UnsafeMutablePointer<Float>, stride: Int
) {
    guard rows > 0, columns > 0 else { return }
    guard depth > 0 else {
        if !accumulates { for row in 0..<rows { (result + row * stride).update(repeating: 0, count: columns) } }
        return
    }
    _ = singleThreaded
    cblas_sgemm(
        CblasRowMajor, a.isTransposed ? CblasTrans : CblasNoTrans, b.isTransposed ? CblasTrans : CblasNoTrans,
        blasint(rows), blasint(columns), blasint(depth), 1, a.base, blasint(a.stride), b.base, blasint(b.stride),
        accumulates ? 1 : 0, result, blasint(stride))
}

extension Matrix {
    /// The matrix without its first rows or, transposed, without the first columns of what is in memory.
    func dropping(rows: Int) -> Matrix {
        Matrix(base: base + rows * (isTransposed ? 1 : stride), stride: stride, isTransposed: isTransposed)
    }

    /// The matrix without its first columns.
    func dropping(columns: Int) -> Matrix {
        Matrix(base: base + columns * (isTransposed ? stride : 1), stride: stride, isTransposed: isTransposed)
    }
}

/// `result = a · b` for a dense result, spread over threads in fixed blocks of rows and columns.
func gemm(
    rows: Int, columns: Int, depth: Int, _ a: Matrix, _ b: Matrix, into result: Writes, parallelism: Parallelism
) {
    let blocks = Blocks(rows: rows, positions: columns, widest: 512, others: 1)
    nonisolated(unsafe) let (a, b) = (a, b)
    parallelism.forEach(blocks.count) { block in
        let (row, rows, column, width) = blocks[block]
        gemm(
            rows: rows, columns: width, depth: depth, a.dropping(rows: row), b.dropping(columns: column),
            accumulates: false, into: result + (row * columns + column), stride: columns)
    }
}
