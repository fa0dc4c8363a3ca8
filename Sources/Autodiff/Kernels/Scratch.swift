import Synchronization
import Tensors

/// Work memory for the pieces of one parallel loop, each borrowing a block and giving it back, so that a thread keeps meeting the same warm
/// block instead of having pages mapped for every piece.
final class Scratch: Sendable {
    private let count: Int
    private let meter: WorkMeter
    private let free = Mutex<[OwnedFloats]>([])

    /// - Parameters:
    ///   - count: values in each block.
    ///   - meter: is told of the blocks.
    init(count: Int, meter: WorkMeter) {
        self.count = count
        self.meter = meter
    }

    convenience init(count: Int) { self.init(count: count, meter: WorkMeter()) }

    deinit { meter.gave(bytes: free.withLock { $0.reduce(0) { $0 + $1.byteCount } }) }

    func borrow<R>(_ body: (UnsafeMutablePointer<Float>) -> R) -> R {
        let block = free.withLock { $0.popLast() } ?? allocate()
        defer { free.withLock { $0.append(block) } }
        return body(block.base)
    }

    private func allocate() -> OwnedFloats {
        let block = OwnedFloats(count: count)
        meter.took(bytes: block.byteCount)
        return block
    }
}
