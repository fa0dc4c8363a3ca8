import CKernels
import Tensors

/// The extents of a pooling, for planes (sample, channel) that are pooled each by itself.
struct PoolingExtents: Sendable {
    let planes: Int
    let input, output: Extent3
    let geometry: PoolingGeometry
    let outputShape: Shape

    /// - Throws: ``ShapeError``, before anything is allocated.
    init(_ x: Shape, geometry: PoolingGeometry, for operation: Operation) throws {
        guard x.rank == 5 else { throw operation.refuses([x], "the input has five axes") }
        let (window, padding) = (geometry.window, geometry.padding)
        guard x.extents[2...].allSatisfy({ $0 > 0 }) else { throw operation.refuses([x], "the input is empty") }
        guard zip(window.extents, padding.extents).allSatisfy({ $1 < $0 }) else {
            throw operation.refuses([x], "a window of \(window) with padding \(padding) may hold nothing but padding")
        }
        let axes = zip(window.extents, zip(geometry.stride.extents, padding.extents)).map {
            WindowCount(
                window: $0, stride: $1.0, padding: $1.1, dilation: 1,
                keepsPartialWindows: geometry.keepsPartialWindows)
        }
        let counts = try operation.windows(axes, over: Array(x.extents[2...]), shapes: [x])
        // Each factor is below 2³¹ by now. Places in a window are kept in 32 bits.
        guard window.depth * window.height <= Int32.max / 2,
            window.depth * window.height * window.width <= Int32.max
        else { throw operation.refuses([x], "a window of \(window) holds too many values") }
        planes = x[0] * x[1]
        input = Extent3(depth: x[2], height: x[3], width: x[4])
        output = Extent3(depth: counts[0], height: counts[1], width: counts[2])
        outputShape = try Shape(validating: [x[0], x[1]] + counts)
        self.geometry = geometry
    }

    private var pool: ck_pool {
        func axis(_ axis: KeyPath<Extent3, Int>) -> ck_pool_axis {
            ck_pool_axis(
                extent: input[keyPath: axis], count: output[keyPath: axis], window: geometry.window[keyPath: axis],
                stride: geometry.stride[keyPath: axis], padding: geometry.padding[keyPath: axis])
        }
        return ck_pool(depth: axis(\.depth), height: axis(\.height), width: axis(\.width))
    }

    /// Pools slice by slice.
    /// - Parameter body: takes the plane to read, the pooling, the slice, and the place of the slice's first value in the result.
    func forEachSlice(
        of x: Reads, parallelism: Parallelism,
        _ body: @Sendable (_ plane: UnsafePointer<Float>, _ pool: ck_pool, _ slice: Int, _ place: Int) -> Void
    ) {
        let pool = pool
        let area = output.height * output.width
        parallelism.forEach(planes * output.depth) { unit in
            let (plane, slice) = unit.quotientAndRemainder(dividingBy: output.depth)
            body(x + plane * input.product, pool, slice, unit * area)
        }
    }

    /// Calls `body` with each plane of a gradient by the input, the pooling, and the place of the plane's first window.
    func forEachPlane(
        of gradient: Writes, parallelism: Parallelism,
        _ body: @Sendable (_ plane: UnsafeMutablePointer<Float>, _ pool: ck_pool, _ place: Int) -> Void
    ) {
        let pool = pool
        parallelism.forEach(planes) { body(gradient + $0 * input.product, pool, $0 * output.product) }
    }
}
