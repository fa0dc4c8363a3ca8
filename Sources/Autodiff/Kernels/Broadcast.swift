import CKernels
import Tensors

extension Operation {
    /// The common shape of two operands under NumPy's rule: aligned at the last axis, extents equal or one.
    /// - Throws: ``ShapeError``.
    func broadcast(_ a: Shape, _ b: Shape) throws -> Shape {
        let rank = max(a.rank, b.rank)
        let extents = try (0..<rank).map { axis in
            let (x, y) = (a.aligned(axis, of: rank), b.aligned(axis, of: rank))
            guard x == y || x == 1 || y == 1 else {
                throw refuses([a, b], "aligned at the last axis, the extents \(x) and \(y) are neither equal nor one")
            }
            return x == 1 ? y : x
        }
        return try Shape(validating: extents)
    }
}

extension Shape {
    /// The extent at an axis of a shape of `rank` axes that this one is aligned with at the end.
    fileprivate func aligned(_ axis: Int, of rank: Int) -> Int {
        let own = axis - (rank - self.rank)
        return own < 0 ? 1 : self[own]
    }

    /// The strides by which this shape is read over the axes of a larger one: zero where it is repeated.
    func broadcastStrides(over shape: Shape) -> [Int] {
        let strides = strides
        return (0..<shape.rank).map { axis in
            let own = axis - (shape.rank - rank)
            return own < 0 || self[own] == 1 ? 0 : strides[own]
        }
    }
}

/// The axes of one array with the strides by which several are read along them, neighbouring axes joined where all of them allow it.
private struct JoinedAxes: Sendable {
    var extents: [Int] = []
    /// For each array, its stride along each axis.
    var strides: [[Int]]

    init(_ shape: Shape, _ arrays: [[Int]]) {
        strides = Array(repeating: [], count: arrays.count)
        for axis in 0..<shape.rank where shape[axis] != 1 {
            let joins =
                !extents.isEmpty
                && arrays.indices.allSatisfy { strides[$0][extents.count - 1] == arrays[$0][axis] * shape[axis] }
            if joins {
                extents[extents.count - 1] *= shape[axis]
                for array in arrays.indices { strides[array][extents.count - 1] = arrays[array][axis] }
            } else {
                extents.append(shape[axis])
                for array in arrays.indices { strides[array].append(arrays[array][axis]) }
            }
        }
        if extents.isEmpty {
            extents = [1]
            strides = Array(repeating: [0], count: arrays.count)
        }
    }

    /// The place in an array of a row-major index over some of the axes.
    func offset(of index: Int, over axes: [Int], in array: Int) -> Int {
        var (rest, offset) = (index, 0)
        for axis in axes.reversed() {
            offset += rest % extents[axis] * strides[array][axis]
            rest /= extents[axis]
        }
        return offset
    }
}

/// Combines two arrays elementwise, each repeated along the axes where its extent is one.
/// - Parameter kernel: takes each array's run and its step, 0 or 1; the destination; the number of values.
func broadcast(
    _ a: Tensor, _ b: Tensor, to shape: Shape, parallelism: Parallelism,
    _ kernel: @Sendable (UnsafePointer<Float>, Int, UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>, Int) -> Void
) -> Tensor {
    let axes = JoinedAxes(shape, [a.shape.broadcastStrides(over: shape), b.shape.broadcastStrides(over: shape)])
    // The last axis is read with a stride of one or, repeated, zero.
    let last = axes.extents.count - 1
    let run = axes.extents[last]
    let outer = Array(0..<last)
    let runs = outer.reduce(1) { $0 * axes.extents[$1] }
    let piecesPerRun = max(1, (run + elementsPerPiece - 1) / elementsPerPiece)
    // Short runs are bundled, so that handing one out does not cost more than the work.
    let bundle = max(1, elementsPerPiece / max(run, 1))
    return a.reading { a in
        b.reading { b in
            Tensor(writing: shape) { y in
                parallelism.forEach((runs + bundle - 1) / bundle * piecesPerRun) { unit in
                    let (part, piece) = unit.quotientAndRemainder(dividingBy: piecesPerRun)
                    let first = piece * elementsPerPiece
                    for index in part * bundle..<min(runs, (part + 1) * bundle) {
                        let (aStep, bStep) = (axes.strides[0][last], axes.strides[1][last])
                        kernel(
                            a + (axes.offset(of: index, over: outer, in: 0) + first * aStep), aStep,
                            b + (axes.offset(of: index, over: outer, in: 1) + first * bStep), bStep,
                            y + (index * run + first), min(elementsPerPiece, run - first))
                    }
                }
            }
        }
    }
}

/// The sum over the axes along which `shape` would be repeated to give `x`'s: the transpose of broadcasting. Summed in Double, in an order
/// that depends on the shapes alone.
/// - Precondition: `shape` broadcasts to the shape of `x`.
func reduce(_ x: Tensor, to shape: Shape, parallelism: Parallelism) -> Tensor {
    guard x.shape != shape else { return x }
    let axes = JoinedAxes(x.shape, [x.shape.broadcastStrides(over: x.shape), shape.broadcastStrides(over: x.shape)])
    let last = axes.extents.count - 1
    let run = axes.extents[last]
    let summedRun = axes.strides[1][last] == 0
    let kept = (0..<last).filter { axes.strides[1][$0] != 0 }
    let summed = (0..<last).filter { axes.strides[1][$0] == 0 }
    let keptCount = kept.reduce(1) { $0 * axes.extents[$1] }
    let summedCount = summed.reduce(1) { $0 * axes.extents[$1] }
    return x.reading { x in
        Tensor(writing: shape) { y in
            parallelism.forEach(keptCount) { index in
                let from = axes.offset(of: index, over: kept, in: 0)
                let to = y + axes.offset(of: index, over: kept, in: 1)
                if summedRun {
                    var sum = 0.0
                    for part in 0..<summedCount {
                        sum += ck_sum(x + (from + axes.offset(of: part, over: summed, in: 0)), run)
                    }
                    to.pointee = Float(sum)
                } else {
                    withUnsafeTemporaryAllocation(of: Double.self, capacity: run) { sums in
                        sums.initialize(repeating: 0)
                        for part in 0..<summedCount {
                            ck_add_to_doubles(
                                sums.baseAddress, x + (from + axes.offset(of: part, over: summed, in: 0)), run)
                        }
                        for column in 0..<run { to[column] = Float(sums[column]) }
                    }
                }
            }
        }
    }
}
