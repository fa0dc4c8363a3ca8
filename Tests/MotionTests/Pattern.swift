import Cine
import Foundation
import Tensors

/// Reproducible values without structure (SplitMix64), so that no test depends on luck.
struct Pattern {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678 }

    /// Uniform in -1..<1.
    mutating func next() -> Float {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return Float(z >> 40) / Float(1 << 23) - 1
    }

    static func tensor(_ shape: Shape, seed: UInt64, _ transform: (Float) -> Float = { $0 }) -> Tensor {
        var pattern = Pattern(seed: seed)
        return Tensor(uninitialized: shape) { buffer in
            for index in buffer.indices { buffer[index] = transform(pattern.next()) }
        }
    }

    /// Displacements of up to `range` pixels, each at least a tenth of a pixel from an integer: there the warp has a derivative.
    static func displacements(_ shape: Shape, seed: UInt64, range: Float) -> Tensor {
        tensor(shape, seed: seed) { value in
            let scaled = value * range
            let whole = scaled.rounded(.down)
            return whole + min(max(scaled - whole, 0.1), 0.9)
        }
    }
}

/// A smooth texture that moves by `velocity` pixels a frame.
struct MovingTexture {
    let width, height, frames: Int
    let velocity: (x: Double, y: Double)

    var luma: LumaFrames {
        get throws {
            var bytes: [UInt8] = []
            for t in 0..<frames {
                for y in 0..<height {
                    for x in 0..<width {
                        let value = brightness(Double(x) - Double(t) * velocity.x, Double(y) - Double(t) * velocity.y)
                        bytes.append(UInt8((127.5 + 120 * value).rounded()))
                    }
                }
            }
            return try LumaFrames(bytes: bytes, frames: frames, height: height, width: width)
        }
    }

    /// Waves in four directions whose periods have no common multiple nearby; in -1...1.
    private func brightness(_ x: Double, _ y: Double) -> Double {
        (sin(0.41 * x + 0.13 * y) + sin(0.37 * y - 0.17 * x + 1) + sin(0.23 * (x + y) + 2) + sin(0.59 * x - 0.47 * y))
            / 4
    }
}
