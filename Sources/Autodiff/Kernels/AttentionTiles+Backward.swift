import CKernels
import Tensors

extension AttentionTiles {
    /// The gradients by queries, keys and values, nil for those that are not wanted.
    func backward(
        _ gradient: Tensor, queries: Tensor, keys: Tensor, values: Tensor, result: Tensor, normalizers: Tensor,
        wanting wanted: [Bool], parallelism: Parallelism
    ) -> [Tensor?] {
        let tilesPerShare = (rowTiles + shares - 1) / shares
        var byQueries = wanted[0] ? Tensor(shape: queries.shape, repeating: 0) : nil
        var byKeys = wanted[1] ? Tensor(shape: Shape([shares, products, self.keys, depth]), repeating: 0) : nil
        var byValues = wanted[2] ? Tensor(shape: Shape([shares, products, self.keys, width]), repeating: 0) : nil
        let scratch = Scratch(count: 2 * Self.tileRows * Self.tileColumns, meter: WorkMeter.current ?? WorkMeter())
        reading([gradient, queries, keys, values, result, normalizers]) { read in
            let sources = Sources(
                places: Places(q: read[1], k: read[2], v: read[3]), gradient: read[0], result: read[4],
                normalizers: read[5])
            writing(&byQueries, &byKeys, &byValues) { byQueries, byKeys, byValues in
                parallelism.forEach(products * shares) { unit in
                    let (share, product) = unit.quotientAndRemainder(dividingBy: products)
                    let place = (share * products + product) * self.keys
                    let targets = Targets(
                        queries: byQueries.map { $0 + product * self.queries * depth },
                        keys: byKeys.map { $0 + place * depth }, values: byValues.map { $0 + place * width })
                    scratch.borrow { tiles in
                        for tile in share * tilesPerShare..<min(rowTiles, (share + 1) * tilesPerShare) {
                            backward(
                                product, tile * Self.tileRows..<min(self.queries, (tile + 1) * Self.tileRows), sources,
                                targets, tiles: tiles)
                        }
                    }
                }
            }
        }
        return [
            byQueries, byKeys.map { summed($0, as: keys.shape, parallelism: parallelism) },
            byValues.map { summed($0, as: values.shape, parallelism: parallelism) },
        ]
    }

    private struct Sources: Sendable {
        let places: Places
        let gradient, result, normalizers: Reads
    }

    /// Where a product's gradients go, nil for those that are not wanted.
    private struct Targets {
        let queries, keys, values: UnsafeMutablePointer<Float>?
    }

    private func backward(
        _ product: Int, _ rows: Range<Int>, _ sources: Sources, _ targets: Targets, tiles: UnsafeMutablePointer<Float>
    ) {
        let first = product * queries + rows.lowerBound
        let gradient = matrix(sources.gradient, product, rows, queries, width)
        let (weights, slopes) = (tiles, tiles + Self.tileRows * Self.tileColumns)
        let wantsSlopes = targets.queries != nil || targets.keys != nil
        withUnsafeTemporaryAllocation(of: Float.self, capacity: rows.count) { means in
            // Σ weights · (gradient by weights) of a row is the product of the result and its gradient.
            for row in 0..<rows.count {
                means[row] = Float(
                    ck_dot(gradient.base + row * width, sources.result + (first + row) * width, width))
            }
            forEachColumnTile { columns in
                let count = columns.count
                let factor = logits(product, rows, columns, sources.places, into: weights)
                if wantsSlopes {
                    var values = matrix(sources.places.v, product, columns, keys, width)
                    values.isTransposed = true
                    gemm(
                        rows: rows.count, columns: count, depth: width, gradient, values, accumulates: false,
                        into: slopes, stride: count)
                } else {
                    slopes.update(repeating: 0, count: rows.count * count)
                }
                for row in 0..<rows.count {
                    ck_attention_slopes(
                        weights + row * count, factor, (sources.normalizers + (first + row)).pointee,
                        slopes + row * count, scale, means[row], count)
                }
                if let byQueries = targets.queries {
                    gemm(
                        rows: rows.count, columns: depth, depth: count, Matrix(base: slopes, stride: count),
                        matrix(sources.places.k, product, columns, keys, depth), accumulates: true,
                        into: byQueries + rows.lowerBound * depth, stride: depth)
                }
                if let byKeys = targets.keys {
                    gemm(
                        rows: count, columns: depth, depth: rows.count,
                        Matrix(base: slopes, stride: count, isTransposed: true),
                        matrix(sources.places.q, product, rows, queries, depth), accumulates: true,
                        into: byKeys + columns.lowerBound * depth, stride: depth)
                }
                if let byValues = targets.values {
                    gemm(
                        rows: count, columns: width, depth: rows.count,
                        Matrix(base: weights, stride: count, isTransposed: true), gradient, accumulates: true,
                        into: byValues + columns.lowerBound * width, stride: width)
                }
            }
        }
    }

    /// The sum over the first axis, in order.
    private func summed(_ parts: Tensor, as shape: Shape, parallelism: Parallelism) -> Tensor {
        let (shares, count) = (parts.shape[0], shape.count)
        return parts.reading { parts in
            Tensor(writing: shape) { sum in
                parallelism.forEachPiece(of: count) { piece in
                    (sum + piece.lowerBound).update(from: parts + piece.lowerBound, count: piece.count)
                    for share in 1..<max(shares, 1) {
                        ck_accumulate(
                            sum + piece.lowerBound, parts + (share * count + piece.lowerBound), piece.count)
                    }
                }
            }
        }
    }

    private func reading(_ tensors: [Tensor], _ found: [Reads] = [], _ body: ([Reads]) -> Void) {
        guard let first = tensors.first else { return body(found) }
        first.reading { reading(Array(tensors.dropFirst()), found + [$0], body) }
    }

    private func writing(
        _ a: inout Tensor?, _ b: inout Tensor?, _ c: inout Tensor?, _ body: (Writes?, Writes?, Writes?) -> Void
    ) {
        func lend(_ tensor: inout Tensor?, _ body: (Writes?) -> Void) {
            if tensor == nil { body(nil) } else { tensor?.writing { body($0) } }
        }
        lend(&a) { a in lend(&b) { b in lend(&c) { c in body(a, b, c) } } }
    }
}
