import Synchronization

/// Work memory for the pieces of one parallel loop, each borrowing a block and giving it back, so that a thread keeps meeting the same warm
/// block instead of having pages mapped for every piece.
final class Scratch: Sendable {
    private let count: Int
    private let free = Mutex<[OwnedFloats]>([])

    /// - Parameter count: values in each block.
    init(count: Int) { self.count = count }

    func borrow<R>(_ body: (UnsafeMutablePointer<Float>) -> R) -> R {
        let block = free.withLock { $0.popLast() } ?? OwnedFloats(count: count)
        defer { free.withLock { $0.append(block) } }
        return body(block.base)
    }
}
