import Synchronization

/// Counts what a run does and holds, so that estimates can be held against it.
package final class WorkMeter: Sendable {
    private let held = Atomic<Int>(0)
    private let most = Atomic<Int>(0)
    private let done = Atomic<Int>(0)

    package init() {}

    /// The most bytes that were held at once.
    package var peakBytes: Int { most.load(ordering: .relaxed) }
    /// Multiplications and additions made by products.
    package var flops: Int { done.load(ordering: .relaxed) }

    func took(bytes: Int) {
        let now = held.wrappingAdd(bytes, ordering: .relaxed).newValue
        var known = most.load(ordering: .relaxed)
        while now > known {
            let (exchanged, original) = most.compareExchange(expected: known, desired: now, ordering: .relaxed)
            if exchanged { return }
            known = original
        }
    }

    func gave(bytes: Int) { held.wrappingSubtract(bytes, ordering: .relaxed) }

    func did(flops: Int) { done.wrappingAdd(flops, ordering: .relaxed) }
}
