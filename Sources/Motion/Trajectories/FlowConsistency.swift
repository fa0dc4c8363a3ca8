package import Cine
import Tensors

/// Whether the way to the next frame and back again meet: `|F + f|² ≤ 0.01 (|F|² + |f|²) + 0.5`, F being the flow to the next frame and f that
/// back from where it leads to. The condition of Sundaram, Brox, Keutzer, "Dense Point Trajectories by GPU-accelerated Large Displacement
/// Optical Flow" (2010).
package enum FlowConsistency {
    static func isMet(ahead: PixelPoint, back: PixelPoint) -> Bool {
        let miss = (ahead + back).length
        return miss * miss <= 0.01 * (ahead.length * ahead.length + back.length * back.length) + 0.5
    }

    /// The part of all places, 0…1, where it is met; places that flow leads out of the frame from don't count. 1 where no place counts.
    /// - Throws: ``MotionError/wrongDirection(_:needed:)``, `ShapeError`.
    package static func agreement(forward: FlowField, sampling: FlowField) throws -> Double {
        let (ahead, back) = try FlowPair.checked(forward: forward, sampling: sampling)
        var (met, counted) = (0, 0)
        for pair in 0..<forward.pairs {
            FlowPair.reading(ahead, back, pair: pair) { ahead, back in
                for y in 0..<forward.height {
                    for x in 0..<forward.width {
                        let place = PixelPoint(x: Double(x), y: Double(y))
                        let step = ahead[place]
                        let next = place + step
                        guard next.isInside(width: forward.width, height: forward.height) else { continue }
                        counted += 1
                        if isMet(ahead: step, back: back[next]) { met += 1 }
                    }
                }
            }
        }
        return counted > 0 ? Double(met) / Double(counted) : 1
    }
}

/// Flow in both directions between one pair of frames.
enum FlowPair {
    /// The vectors of one pair of frames, looked up between pixels.
    struct Field {
        let x, y: BilinearPlane

        subscript(point: PixelPoint) -> PixelPoint { PixelPoint(x: x[point], y: y[point]) }
    }

    static func checked(forward: FlowField, sampling: FlowField) throws -> (ahead: Tensor, back: Tensor) {
        guard forward.direction == .forward else {
            throw MotionError.wrongDirection(forward.direction, needed: .forward)
        }
        guard sampling.direction == .sampling else {
            throw MotionError.wrongDirection(sampling.direction, needed: .sampling)
        }
        guard sampling.displacements.shape == forward.displacements.shape else {
            throw ShapeError.incompatible(
                operation: "flow in both directions",
                shapes: [forward.displacements.shape, sampling.displacements.shape],
                reason: "flow forward and back have one shape")
        }
        return (forward.displacements, sampling.displacements)
    }

    static func reading(_ ahead: Tensor, _ back: Tensor, pair: Int, _ body: (Field, Field) -> Void) {
        func field(_ values: UnsafeBufferPointer<Float>) -> Field {
            Field(
                x: BilinearPlane(values, shape: ahead.shape, outer: 0, inner: pair),
                y: BilinearPlane(values, shape: ahead.shape, outer: 1, inner: pair))
        }
        ahead.withUnsafeValues { ahead in back.withUnsafeValues { back in body(field(ahead), field(back)) } }
    }
}
