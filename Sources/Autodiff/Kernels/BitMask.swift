import CKernels
import Tensors

/// One bit a value: all that a piecewise constant slope needs to remember.
final class BitMask: @unchecked Sendable {
    let count: Int
    private let bytes: UnsafeMutablePointer<UInt8>
    private let counted: CountedBytes

    /// Uninitialised; written whole before it is shared.
    init(count: Int) {
        self.count = count
        bytes = .allocate(capacity: max(bytesHolding(count), 1))
        counted = CountedBytes(bytesHolding(count))
    }

    deinit { bytes.deallocate() }

    var byteCount: Int { bytesHolding(count) }

    /// The byte whose lowest bit is the given one, a multiple of eight.
    func byte(_ bit: Int) -> UnsafeMutablePointer<UInt8> {
        precondition(bit % 8 == 0, "bit \(bit) does not begin a byte")
        return bytes + bit / 8
    }

    /// Maps values to values and bits.
    /// - Parameter kernel: takes source, destination, the first byte of the bits, and the number of values; a bit a value, lowest first.
    static func mapping(
        _ x: Tensor, parallelism: Parallelism,
        _ kernel:
            @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<UInt8>, Int) -> Void
    ) -> (value: Tensor, bits: BitMask) {
        let mask = BitMask(count: x.count)
        let value = x.reading { source in
            Tensor(writing: x.shape) { destination in
                parallelism.forEachPiece(of: x.count) {
                    // Pieces start at multiples of eight, so each owns its bytes.
                    kernel(
                        source + $0.lowerBound, destination + $0.lowerBound, mask.bytes + $0.lowerBound / 8, $0.count)
                }
            }
        }
        return (value, mask)
    }

    /// Overwrites values by their bits.
    /// - Parameter kernel: takes values, the first byte of their bits, and the number of values.
    func update(
        _ values: inout Tensor, parallelism: Parallelism,
        _ kernel: @Sendable (UnsafeMutablePointer<Float>, UnsafePointer<UInt8>, Int) -> Void
    ) {
        precondition(values.count == count, "a mask of \(count) bits for \(values.count) values")
        values.writing { values in
            parallelism.forEachPiece(of: count) {
                kernel(values + $0.lowerBound, bytes + $0.lowerBound / 8, $0.count)
            }
        }
    }

    /// Sets to zero the values whose bit is not set.
    func apply(to values: inout Tensor, parallelism: Parallelism) {
        precondition(values.count == count, "a mask of \(count) bits for \(values.count) values")
        values.writing { values in
            parallelism.forEachPiece(of: count) {
                ck_mask(values + $0.lowerBound, bytes + $0.lowerBound / 8, $0.count)
            }
        }
    }
}

private func bytesHolding(_ bits: Int) -> Int { (bits + 7) / 8 }
