import CKernels
package import Tensors

/// The shape of an adaptive pooling's result: `[N, C] + output`.
/// - Parameters:
///   - x: `[N, C, T, H, W]`, no extent of T, H, W zero.
///   - output: positive extents.
/// - Throws: ``ShapeError``.
package func adaptiveAveragePooling3DShape(_ x: Shape, output: Extent3) throws -> Shape {
    guard x.rank == 5 else { throw Operation.adaptiveAveragePooling3D.refuses([x], "the input has five axes") }
    guard x.extents[2...].allSatisfy({ $0 > 0 }), output.extents.allSatisfy({ $0 > 0 }) else {
        throw Operation.adaptiveAveragePooling3D.refuses([x], "neither the input nor the output \(output) may be empty")
    }
    return try Shape(validating: [x[0], x[1]] + output.extents)
}

/// The mean over windows that divide each axis as evenly as whole numbers can: window i of n covers ⌊i·L/n⌋ up to ⌈(i+1)·L/n⌉. With output
/// 1×1×1 it is the global mean. Keeps nothing.
/// - Parameter x: `[N, C, T, H, W]`.
/// - Returns: `[N, C, output]`.
/// - Throws: ``ShapeError``.
package func adaptiveAveragePooling3D(_ x: Variable, output: Extent3) throws -> Variable {
    let shape = try adaptiveAveragePooling3DShape(x.shape, output: output)
    let parallelism = x.tape.parallelism
    let inputShape = x.shape
    let axes = AdaptiveAxes(input: inputShape, output: output)
    let value = x.value.reading { source in
        Tensor(writing: shape) { destination in
            parallelism.forEach(shape[0] * shape[1]) { plane in
                axes.average(source + plane * axes.inputVolume, into: destination + plane * output.product)
            }
        }
    }
    return x.tape.record(value, .adaptiveAveragePooling3D, parents: [x], keptBytes: 0) { gradient in
        [
            gradient.reading { source in
                Tensor(writing: inputShape) { destination in
                    parallelism.forEach(shape[0] * shape[1]) { plane in
                        axes.spread(source + plane * output.product, into: destination + plane * axes.inputVolume)
                    }
                }
            }
        ]
    }
}

/// The windows of an adaptive pooling along each axis; they may overlap by one element.
private struct AdaptiveAxes: Sendable {
    let depth, height, width: [Range<Int>]
    let inputDepth, inputHeight, inputWidth: Int

    init(input: Shape, output: Extent3) {
        func windows(_ extent: Int, _ count: Int) -> [Range<Int>] {
            (0..<count).map { $0 * extent / count..<(($0 + 1) * extent + count - 1) / count }
        }
        depth = windows(input[2], output.depth)
        height = windows(input[3], output.height)
        width = windows(input[4], output.width)
        (inputDepth, inputHeight, inputWidth) = (input[2], input[3], input[4])
    }

    var inputVolume: Int { inputDepth * inputHeight * inputWidth }

    /// Calls `body` with each window in row-major order: the lines it covers (first value's place), the columns, the number of values.
    private func forEachWindow(_ body: (_ lines: [Int], _ columns: Range<Int>, _ count: Int) -> Void) {
        for d in depth {
            for h in height {
                let lines = d.flatMap { d in h.map { (d * inputHeight + $0) * inputWidth } }
                for w in width { body(lines, w, lines.count * w.count) }
            }
        }
    }

    func average(_ source: UnsafePointer<Float>, into destination: UnsafeMutablePointer<Float>) {
        var to = destination
        forEachWindow { lines, columns, count in
            var sum = 0.0
            if columns.count == inputWidth && lines.count == inputDepth * inputHeight {
                sum = ck_sum(source, count)
            } else {
                for line in lines { sum += ck_sum(source + line + columns.lowerBound, columns.count) }
            }
            to.pointee = Float(sum / Double(count))
            to += 1
        }
    }

    func spread(_ gradient: UnsafePointer<Float>, into destination: UnsafeMutablePointer<Float>) {
        destination.update(repeating: 0, count: inputVolume)
        var from = gradient
        forEachWindow { lines, columns, count in
            let share = Float(Double(from.pointee) / Double(count))
            for line in lines { ck_add_scalar(destination + line + columns.lowerBound, share, columns.count) }
            from += 1
        }
    }
}
