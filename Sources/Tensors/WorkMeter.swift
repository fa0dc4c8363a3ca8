import Synchronization

/// Counts what a computation does and holds, so that estimates can be held against it. It observes: no result depends on it.
///
/// While ``measuring(_:)`` runs, every ``Tensor`` that its thread makes, or a ``Parallelism`` loop in it, counts for as long as its memory lives.
/// Work memory that is no tensor is told by those who take it.
package final class WorkMeter: Sendable {
    @TaskLocal private static var running: WorkMeter?

    private let held = Atomic<Int>(0)
    private let most = Atomic<Int>(0)
    private let done = Atomic<Int>(0)

    package init() {}

    /// The meter of the computation that this thread carries out; nil when nobody measures.
    package static var current: WorkMeter? { running }

    /// Runs a computation, which this meter is the ``current`` one of.
    package func measuring<Result>(_ body: () throws -> Result) rethrows -> Result {
        try Self.$running.withValue(self) { try body() }
    }

    /// Bytes that are held now.
    package var heldBytes: Int { held.load(ordering: .relaxed) }
    /// The most bytes that were held at once.
    package var peakBytes: Int { most.load(ordering: .relaxed) }
    /// Multiplications and additions made by products.
    package var flops: Int { done.load(ordering: .relaxed) }

    package func took(bytes: Int) {
        let now = held.wrappingAdd(bytes, ordering: .relaxed).newValue
        var known = most.load(ordering: .relaxed)
        while now > known {
            let (exchanged, original) = most.compareExchange(expected: known, desired: now, ordering: .relaxed)
            if exchanged { return }
            known = original
        }
    }

    package func gave(bytes: Int) { held.wrappingSubtract(bytes, ordering: .relaxed) }

    package func did(flops: Int) { done.wrappingAdd(flops, ordering: .relaxed) }
}

/// Memory that is no tensor, as the ``WorkMeter/current`` meter counts it: from here until the last reference is gone.
package final class CountedBytes: Sendable {
    private let bytes: Int
    private let meter: WorkMeter?

    package init(_ bytes: Int) {
        self.bytes = bytes
        meter = WorkMeter.current
        meter?.took(bytes: bytes)
    }

    deinit { meter?.gave(bytes: bytes) }
}
