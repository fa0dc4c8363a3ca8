import CKernels
import Tensors

/// The planes `[H, W]` of an array `[outer, inner, H, W]` that pieces of parallel work read. Sound because nothing writes them meanwhile.
struct ReadPlanes: @unchecked Sendable {
    let base: UnsafePointer<Float>
    let inner: Int
    let area: Int

    subscript(outer: Int, inner: Int) -> UnsafePointer<Float> { base + (outer * self.inner + inner) * area }
}

/// The planes that pieces of parallel work write. Sound because each piece writes only planes of its own.
struct WritePlanes: @unchecked Sendable {
    let base: UnsafeMutablePointer<Float>
    let inner: Int
    let area: Int

    subscript(outer: Int, inner: Int) -> UnsafeMutablePointer<Float> { base + (outer * self.inner + inner) * area }
}

extension Tensor {
    /// - Precondition: rank 4.
    func readingPlanes<R>(_ body: (ReadPlanes) throws -> R) rethrows -> R {
        try withUnsafeValues { values in
            // An empty tensor still has memory for one value, so a base address always exists.
            guard let base = values.baseAddress else { preconditionFailure("a tensor without memory") }
            return try body(ReadPlanes(base: base, inner: shape[1], area: shape[2] * shape[3]))
        }
    }

    /// - Precondition: rank 4.
    mutating func writingPlanes<R>(_ body: (WritePlanes) throws -> R) rethrows -> R {
        let shape = shape
        return try withUnsafeMutableValues { values in
            guard let base = values.baseAddress else { preconditionFailure("a tensor without memory") }
            return try body(WritePlanes(base: base, inner: shape[1], area: shape[2] * shape[3]))
        }
    }
}

/// One field of displacements and what it does to single planes.
struct PlaneWarp {
    let x, y: UnsafePointer<Float>
    let height, width: Int

    /// - Parameter flow: planes `[2, pairs]`.
    init(_ flow: ReadPlanes, pair: Int, height: Int, width: Int) {
        x = flow[0, pair]
        y = flow[1, pair]
        self.height = height
        self.width = width
    }

    func sample(_ image: UnsafePointer<Float>, into warped: UnsafeMutablePointer<Float>) {
        ck_warp(image, x, y, height, width, warped)
    }

    func addTransposed(_ gradient: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>) {
        ck_warp_transposed(gradient, x, y, height, width, sum)
    }

    func addSlopes(
        of image: UnsafePointer<Float>, times gradient: UnsafePointer<Float>, toX sumX: UnsafeMutablePointer<Float>,
        y sumY: UnsafeMutablePointer<Float>
    ) {
        ck_warp_slopes(image, gradient, x, y, height, width, sumX, sumY)
    }
}
