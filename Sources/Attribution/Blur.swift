import Foundation
import Tensors

extension Tensor {
    /// Every plane of an array `[C, T, H, W]` blurred by a Gaussian with a standard deviation of a sixteenth of the longer side, held at the border.
    var blurredFrames: Tensor { blurredFrames(deviation: max(Double(max(shape[2], shape[3])) / 16, 0.5)) }

    /// The same with a standard deviation in pixels.
    func blurredFrames(deviation: Double) -> Tensor {
        let (height, width) = (shape[2], shape[3])
        let radius = Int((3 * deviation).rounded(.up))
        let raw = (-radius...radius).map { exp(-Double($0 * $0) / (2 * deviation * deviation)) }
        let total = raw.reduce(0, +)
        let weights = raw.map { Float($0 / total) }
        func pass(_ source: Tensor, count: Int, step: Int, place: (_ line: Int) -> Int, lines: Int) -> Tensor {
            source.withUnsafeValues { values in
                Tensor(uninitialized: source.shape) { blurred in
                    for line in 0..<lines {
                        let start = place(line)
                        for index in 0..<count {
                            var sum: Float = 0
                            for (tap, weight) in weights.enumerated() {
                                let neighbour = min(max(index + tap - radius, 0), count - 1)
                                sum += weight * values[start + neighbour * step]
                            }
                            blurred[start + index * step] = sum
                        }
                    }
                }
            }
        }
        let planes = shape[0] * shape[1]
        let rows = pass(self, count: width, step: 1, place: { $0 * width }, lines: planes * height)
        return pass(
            rows, count: height, step: width, place: { $0 / width * height * width + $0 % width }, lines: planes * width
        )
    }
}
