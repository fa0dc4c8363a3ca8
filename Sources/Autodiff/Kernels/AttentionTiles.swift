import CKernels
import Tensors

/// How the logits of an attention are cut into tiles that stay in a core's cache. Depends on shapes alone, and so do the bits of all results.
struct AttentionTiles: Sendable {
    /// Of the result.
    let shape: Shape
    let scale: Float
    let biases: [AttentionBias]
    /// Products of one matrix of queries with one of keys.
    let products: Int
    let queries, keys, depth, width: Int
    /// Rows and columns of a tile, at most.
    static let tileRows = 192, tileColumns = 256

    /// - Throws: ``ShapeError``.
    init(queries: Shape, keys: Shape, values: Shape, biases: [AttentionBias], scale: Float) throws {
        shape = try attentionShape(
            queries: queries, keys: keys, values: values, biases: biases.map { ($0.values.shape, $0.matrices) })
        products = queries.extents.dropLast(2).reduce(1, *)
        let last = queries.rank - 1
        (self.queries, self.keys, depth, width) = (queries[last - 1], keys[last - 1], queries[last], values[last])
        self.biases = biases
        self.scale = scale
    }

    var flops: Int { 2 * products * queries * keys * (depth + width) }

    /// The logits and the gradient by the weights, and what is wanted from them.
    func backwardFlops(wanting wanted: [Bool]) -> Int {
        let one = 2 * products * queries * keys
        let slopes = wanted[0] || wanted[1] ? width : 0
        return one * (depth + slopes + (wanted[0] ? depth : 0) + (wanted[1] ? depth : 0) + (wanted[2] ? width : 0))
    }

    /// Queries of one product are shared out when there are few products; each share sums up gradients of keys and values of its own.
    var shares: Int { max(1, min(rowTiles, (8 + products - 1) / max(products, 1))) }

    private static let tileBytes = tileRows * tileColumns * MemoryLayout<Float>.stride

    /// A number for each query.
    var normalizerBytes: Int { products * queries * MemoryLayout<Float>.stride }

    /// A tile for each piece of work at once.
    func forwardBytes(_ parallelism: Parallelism) -> Int {
        min(parallelism.threads, products * rowTiles) * Self.tileBytes
    }

    /// The gradients of keys and values by each share, and two tiles for each piece of work at once.
    func backwardBytes(_ parallelism: Parallelism) -> Int {
        shares * products * keys * (depth + width) * MemoryLayout<Float>.stride
            + min(parallelism.threads, products * shares) * 2 * Self.tileBytes
    }

    var rowTiles: Int { (queries + Self.tileRows - 1) / Self.tileRows }

    /// - Returns: the result, and for each query the logarithm of the sum of the exponentials of its logits.
    func forward(_ queries: Tensor, _ keys: Tensor, _ values: Tensor, parallelism: Parallelism) -> (Tensor, Tensor) {
        let scratch = Scratch(count: Self.tileRows * Self.tileColumns, meter: WorkMeter.current ?? WorkMeter())
        var normalizers = Tensor(shape: [products * self.queries], repeating: 0)
        let result = queries.reading { q in
            keys.reading { k in
                values.reading { v in
                    normalizers.writing { normalizers in
                        Tensor(writing: shape) { result in
                            parallelism.forEach(products * rowTiles) { unit in
                                let (product, tile) = unit.quotientAndRemainder(dividingBy: rowTiles)
                                let rows = tile * Self.tileRows..<min(self.queries, (tile + 1) * Self.tileRows)
                                scratch.borrow {
                                    forward(
                                        product, rows, Places(q: q, k: k, v: v), tile: $0, into: result,
                                        normalizers: normalizers)
                                }
                            }
                        }
                    }
                }
            }
        }
        return (result, normalizers)
    }

    /// Queries, keys and values.
    struct Places: Sendable {
        let q, k, v: Reads
    }

    private func forward(
        _ product: Int, _ rows: Range<Int>, _ places: Places, tile: UnsafeMutablePointer<Float>, into result: Writes,
        normalizers: Writes
    ) {
        let to = result + (product * queries + rows.lowerBound) * width
        to.update(repeating: 0, count: rows.count * width)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: rows.count) { tops in
            withUnsafeTemporaryAllocation(of: Double.self, capacity: rows.count) { sums in
                tops.initialize(repeating: -.infinity)
                sums.initialize(repeating: 0)
                forEachColumnTile { columns in
                    let factor = logits(product, rows, columns, places, into: tile)
                    for row in 0..<rows.count {
                        let shrink = ck_softmax_step(
                            tile + row * columns.count, factor, columns.count, &tops[row], &sums[row])
                        ck_affine(to + row * width, shrink, 0, to + row * width, width)
                    }
                    gemm(
                        rows: rows.count, columns: width, depth: columns.count,
                        Matrix(base: tile, stride: columns.count), matrix(places.v, product, columns, keys, width),
                        accumulates: true, into: to, stride: width)
                }
                let normalizer = normalizers + (product * queries + rows.lowerBound)
                for row in 0..<rows.count {
                    // Not-a-number, by 0 · ∞, where there was no key to see.
                    ck_affine(to + row * width, Float(1 / sums[row]), 0, to + row * width, width)
                    normalizer[row] = ck_normalizer(tops[row], sums[row])
                }
            }
        }
    }

    /// Writes a tile of logits: those of the result are these times what is returned.
    func logits(
        _ product: Int, _ rows: Range<Int>, _ columns: Range<Int>, _ places: Places,
        into tile: UnsafeMutablePointer<Float>
    ) -> Float {
        var keys = matrix(places.k, product, columns, keys, depth)
        keys.isTransposed = true
        gemm(
            rows: rows.count, columns: columns.count, depth: depth, matrix(places.q, product, rows, queries, depth),
            keys,
            accumulates: false, into: tile, stride: columns.count)
        var factor = scale
        for bias in biases {
            bias.values.reading { values in
                let first = values + (bias.matrices[product] * queries * self.keys + columns.lowerBound)
                for row in 0..<rows.count {
                    ck_scale_and_add(
                        tile + row * columns.count, factor, first + (rows.lowerBound + row) * self.keys, columns.count)
                }
            }
            factor = 1
        }
        return factor
    }

    func matrix(_ base: Reads, _ product: Int, _ lines: Range<Int>, _ count: Int, _ width: Int) -> Matrix {
        Matrix(base: base + (product * count + lines.lowerBound) * width, stride: width)
    }

    func forEachColumnTile(_ body: (Range<Int>) -> Void) {
        for first in stride(from: 0, to: keys, by: Self.tileColumns) {
            body(first..<min(keys, first + Self.tileColumns))
        }
    }
}
