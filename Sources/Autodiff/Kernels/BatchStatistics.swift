import CKernels
import Tensors

/// The passes over memory that batch normalisation in training takes.
struct BatchStatistics: Sendable {
    let extents: ChannelExtents
    let parallelism: Parallelism

    /// Values of each channel.
    var perChannel: Int { extents.samples * extents.volume }

    /// The bits of a plane begin a byte.
    private var bitsPerPlane: Int { (extents.volume + 7) / 8 * 8 }

    /// Two sums of each channel.
    typealias Sums = (first: [Double], second: [Double])

    /// Σ x and Σ x².
    func moments(_ x: Tensor) -> Sums {
        x.reading { x in
            sums { plane, sums in ck_moments(x + plane * extents.volume, extents.volume, sums) }
        }
    }

    /// Σ dy and Σ dy · x.
    func gradientMoments(_ gradient: Tensor, _ signs: BitMask?, _ x: Tensor) -> Sums {
        gradient.reading { gradient in
            x.reading { x in
                sums { plane, sums in
                    ck_gradient_moments(
                        gradient + plane * extents.volume, signs?.byte(plane * bitsPerPlane),
                        x + plane * extents.volume, extents.volume, sums)
                }
            }
        }
    }

    /// x · factor + addend by channel; where `rectified` cut at zero, with a bit for each value above.
    func normalize(_ x: Tensor, _ factors: [Double], _ addends: [Double], rectified: Bool) -> (Tensor, BitMask?) {
        guard rectified else { return (extents.affine(x, factors, addends, parallelism: parallelism), nil) }
        let signs = BitMask(count: planes * bitsPerPlane)
        let value = x.reading { source in
            Tensor(writing: x.shape) { destination in
                forEachPiece { plane, first, count in
                    let (channel, place) = (plane % extents.channels, plane * extents.volume + first)
                    ck_clamp(
                        source + place, Float(factors[channel]), Float(addends[channel]), .infinity,
                        destination + place, signs.byte(plane * bitsPerPlane + first), count)
                }
            }
        }
        return (value, signs)
    }

    /// dy · factor + x · slope + addend in place, by channel.
    func backward(
        _ gradient: inout Tensor, _ signs: BitMask?, _ x: Tensor, factors: [Double], slopes: [Double], addends: [Double]
    ) {
        x.reading { x in
            gradient.writing { gradient in
                forEachPiece { plane, first, count in
                    let (channel, place) = (plane % extents.channels, plane * extents.volume + first)
                    ck_normalization_gradient(
                        gradient + place, signs?.byte(plane * bitsPerPlane + first), x + place, count,
                        Float(factors[channel]), Float(slopes[channel]), Float(addends[channel]))
                }
            }
        }
    }

    func perChannel(_ values: [Double]) -> Tensor {
        Tensor(uninitialized: [extents.channels]) { tensor in
            for (channel, value) in values.enumerated() { tensor[channel] = Float(value) }
        }
    }

    private var planes: Int { extents.samples * extents.channels }

    private func forEachPiece(_ body: @Sendable (_ plane: Int, _ first: Int, _ count: Int) -> Void) {
        let pieces = max(1, (extents.volume + elementsPerPiece - 1) / elementsPerPiece)
        parallelism.forEach(planes * pieces) { unit in
            let (plane, piece) = unit.quotientAndRemainder(dividingBy: pieces)
            let first = piece * elementsPerPiece
            body(plane, first, min(elementsPerPiece, extents.volume - first))
        }
    }

    /// - Parameter body: writes two sums of a plane.
    private func sums(_ body: @Sendable (_ plane: Int, UnsafeMutablePointer<Double>) -> Void) -> Sums {
        let perPlane = [Double](unsafeUninitializedCapacity: 2 * planes) { buffer, count in
            nonisolated(unsafe) let buffer = buffer
            parallelism.forEach(planes) { plane in
                guard let base = buffer.baseAddress else { return }
                body(plane, base + 2 * plane)
            }
            count = 2 * planes
        }
        var sums: Sums = (
            Array(repeating: 0, count: extents.channels), Array(repeating: 0, count: extents.channels)
        )
        for plane in 0..<planes {
            sums.first[plane % extents.channels] += perPlane[2 * plane]
            sums.second[plane % extents.channels] += perPlane[2 * plane + 1]
        }
        return sums
    }
}
