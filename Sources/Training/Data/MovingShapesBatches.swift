package import Evaluation
package import Models
package import Tensors

/// Clips for a training, each drawn once: the batch of a step depends on the seed and on the step alone.
package struct MovingShapesBatches: Sendable {
    package let seed: UInt64
    package let size: Int
    package let steps: Int
    package let curriculum: Curriculum
    /// What a byte becomes on its way into the network, by channel.
    private let levels: [[Float]]

    package struct Batch: Sendable {
        /// `[N, 3, T, H, W]`, normalised as the manifest says.
        package let clips: Tensor
        package let scenes: [MovingShapesScene]
    }

    /// - Parameters:
    ///   - size: clips of a batch.
    ///   - steps: of the whole training.
    ///   - input: of the model that is trained, which takes standard clips.
    package init(seed: UInt64, size: Int, steps: Int, curriculum: Curriculum, input: InputContract) {
        self.seed = seed
        self.size = size
        self.steps = steps
        self.curriculum = curriculum
        let span = input.range[1] - input.range[0]
        levels = (0..<3).map { channel in
            (0..<256).map { byte in
                Float((input.range[0] + Double(byte) / 255 * span - input.mean[channel]) / input.std[channel])
            }
        }
    }

    /// - Throws: ``MovingShapesError``; not for the options that a curriculum makes.
    package func batch(step: Int, parallelism: Parallelism) throws -> Batch {
        let progress = Double(step) / Double(max(steps, 1))
        let sources = try (0..<size).map { place in
            let index = UInt64(step) * UInt64(size) + UInt64(place)
            return (index, try MovingShapes(curriculum.options(at: progress, draws: draws(index)), seed: seed))
        }
        let (frames, side) = (MovingShapesOptions.standard.frames, MovingShapesOptions.standard.side)
        let volume = frames * side * side
        let clips = Tensor(uninitialized: [size, 3, frames, side, side]) { values in
            nonisolated(unsafe) let values = values
            parallelism.forEach(size) { place in
                let (index, shapes) = sources[place]
                write(
                    shapes.clip(index),
                    to: UnsafeMutableBufferPointer(rebasing: values[place * 3 * volume..<(place + 1) * 3 * volume]))
            }
        }
        return Batch(clips: clips, scenes: sources.map { $1.scene($0) })
    }

    private func write(_ clip: MovingShapesClip, to values: UnsafeMutableBufferPointer<Float>) {
        let volume = values.count / 3
        clip.bytes.withUnsafeBufferPointer { bytes in
            for channel in 0..<3 {
                levels[channel].withUnsafeBufferPointer { level in
                    for pixel in 0..<volume {
                        values[channel * volume + pixel] = level[Int(bytes[3 * pixel + channel])]
                    }
                }
            }
        }
    }

    /// Four numbers in 0..<1 of a clip, beside those that its scene and its noise are made of.
    private func draws(_ index: UInt64) -> [Double] {
        // The generator of clips leaves the highest two bits of the second word both set to nobody.
        let words = Philox.words(
            counter: (0, 3 << 30, UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32)),
            key: (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
        return [words.0, words.1, words.2, words.3].map { Double($0) * 0x1p-32 }
    }
}
