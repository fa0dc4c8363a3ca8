import CKernels
import Tensors

/// An array `[N, C, …]` seen as samples of channels of consecutive values.
struct ChannelExtents: Sendable {
    let samples, channels, volume: Int

    /// - Precondition: rank two or more.
    init(_ shape: Shape) {
        samples = shape[0]
        channels = shape[1]
        volume = shape.extents[2...].reduce(1, *)
    }

    /// Calls `body` with pieces of planes (sample, channel): the channel, the first value's place in memory, the number of values.
    private func forEachPiece(
        parallelism: Parallelism, _ body: @Sendable (_ channel: Int, _ offset: Int, _ count: Int) -> Void
    ) {
        let pieces = max(1, (volume + elementsPerPiece - 1) / elementsPerPiece)
        parallelism.forEach(samples * channels * pieces) { unit in
            let (plane, piece) = unit.quotientAndRemainder(dividingBy: pieces)
            let first = piece * elementsPerPiece
            body(plane % channels, plane * volume + first, min(elementsPerPiece, volume - first))
        }
    }

    /// x · factor + addend, by channel.
    func affine(_ x: Tensor, _ factors: [Double], _ addends: [Double], parallelism: Parallelism) -> Tensor {
        x.reading { source in
            Tensor(writing: x.shape) { destination in
                forEachPiece(parallelism: parallelism) {
                    ck_affine(source + $1, Float(factors[$0]), Float(addends[$0]), destination + $1, $2)
                }
            }
        }
    }

    /// x · factor in place, by channel.
    func scale(_ x: inout Tensor, by factors: [Double], parallelism: Parallelism) {
        x.writing { values in
            forEachPiece(parallelism: parallelism) { ck_affine(values + $1, Float(factors[$0]), 0, values + $1, $2) }
        }
    }

    /// Σ x by channel, in a fixed order.
    func sums(_ x: Tensor, parallelism: Parallelism) -> [Double] {
        x.reading { x in
            byChannel(parallelism: parallelism) { ck_sum(x + $0, volume) }
        }
    }

    /// Σ x · y by channel, in a fixed order.
    func sums(_ x: Tensor, times y: Tensor, parallelism: Parallelism) -> [Double] {
        x.reading { x in
            y.reading { y in
                byChannel(parallelism: parallelism) { ck_dot(x + $0, y + $0, volume) }
            }
        }
    }

    /// - Parameter planeSum: of the plane that begins at the given place in memory.
    private func byChannel(parallelism: Parallelism, _ planeSum: @Sendable (Int) -> Double) -> [Double] {
        Array(unsafeUninitializedCapacity: channels) { buffer, count in
            nonisolated(unsafe) let sums = buffer
            parallelism.forEach(channels) { channel in
                var sum = 0.0
                for sample in 0..<samples { sum += planeSum((sample * channels + channel) * volume) }
                sums.initializeElement(at: channel, to: sum)
            }
            count = channels
        }
    }
}

/// The sum of each channel of `[N, C, …]` over samples and positions, as `[C]`: the gradient by a bias.
func channelSums(of x: Tensor, parallelism: Parallelism) -> Tensor {
    let sums = ChannelExtents(x.shape).sums(x, parallelism: parallelism)
    return Tensor(uninitialized: [sums.count]) { values in
        for (channel, sum) in sums.enumerated() { values[channel] = Float(sum) }
    }
}
