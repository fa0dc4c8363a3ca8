import CKernels
import Tensors

/// A convolution's weights in blocks of 16 × 16 channels: `[output block, input block, tap, 16 inputs, 16 outputs]`.
///
/// The only copy that a frozen network keeps, for forward and backward passes alike: transposing and transforming blocks on the way into a
/// product costs a few per cent of it, where transformed weights for all layers would be four times as large, twice.
final class BlockedWeights: Sendable {
    let inputs, outputs: Int
    let kernel: Extent3
    private let values: OwnedFloats

    /// Values of a block.
    static let area = BlockedExtents.lanes * BlockedExtents.lanes

    /// - Parameter weight: `[out, in, kT, kH, kW]`.
    init(_ weight: Tensor) {
        outputs = weight.shape[0]
        inputs = weight.shape[1]
        kernel = Extent3(depth: weight.shape[2], height: weight.shape[3], width: weight.shape[4])
        let taps = kernel.product
        let (rows, columns) = (blocksHolding(inputs), blocksHolding(outputs))
        values = OwnedFloats(count: columns * rows * taps * Self.area)
        values.base.update(repeating: 0, count: values.count)
        let lanes = BlockedExtents.lanes
        weight.withUnsafeValues { weight in
            for output in 0..<outputs {
                for input in 0..<inputs {
                    let block = values.base + (output / lanes * rows + input / lanes) * taps * Self.area
                    let place = input % lanes * lanes + output % lanes
                    for tap in 0..<taps {
                        block[tap * Self.area + place] = weight[(output * inputs + input) * taps + tap]
                    }
                }
            }
        }
    }

    var byteCount: Int { values.count * MemoryLayout<Float>.stride }

    /// Lends one block's taps, `[tap, 16 rows, 16 columns]`: rows are what is summed over, columns what comes out.
    /// - Parameters:
    ///   - row, column: blocks of inputs and outputs; exchanged when `direction` is backward.
    ///   - taps: which ones, by their index in the kernel.
    ///   - body: takes the taps' base and the place of each asked one in it.
    func withBlock(
        row: Int, column: Int, taps: [Int], direction: Direction, _ body: (UnsafePointer<Float>, [Int]) -> Void
    ) {
        let area = Self.area
        switch direction {
        case .forward:
            body(block(output: column, input: row), taps)
        case .backward:
            let block = block(output: row, input: column)
            withUnsafeTemporaryAllocation(of: Float.self, capacity: taps.count * area) { transposed in
                guard let base = transposed.baseAddress else { return }
                for (place, tap) in taps.enumerated() {
                    ck_block_transpose(block + tap * area, base + place * area, 1)
                }
                body(base, Array(taps.indices))
            }
        }
    }

    private func block(output: Int, input: Int) -> UnsafePointer<Float> {
        UnsafePointer(values.base)
            + (output * blocksHolding(inputs) + input) * kernel.product * BlockedWeights.area
    }
}

/// Whether a convolution is computed, or its gradient by the input.
enum Direction: Hashable, Sendable {
    case forward, backward
}
