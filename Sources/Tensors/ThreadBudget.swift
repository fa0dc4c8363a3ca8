import Synchronization

/// The threads that computations running side by side may use together.
///
/// A computation always has the thread that it was called on; it takes further ones only while there are some left. So two jobs on two cores
/// run on a thread each, and one job alone on two.
package final class ThreadBudget: Sendable {
    private let limit: Int
    private let used = Atomic<Int>(0)

    /// - Parameter threads: in all; one or more.
    package init(threads: Int) {
        precondition(threads > 0, "computations need a thread")
        limit = threads
    }

    /// Counts the calling thread as used, whether or not there was one left, and takes up to `wanted` further ones.
    /// - Returns: how many further ones.
    func enter(wanting wanted: Int) -> Int {
        var before = used.load(ordering: .relaxed)
        while true {
            let further = max(0, min(wanted, limit - before - 1))
            let (exchanged, original) = used.compareExchange(
                expected: before, desired: before + 1 + further, ordering: .relaxed)
            if exchanged { return further }
            before = original
        }
    }

    /// Gives back what ``enter(wanting:)`` counted.
    func leave(further: Int) { used.wrappingSubtract(1 + further, ordering: .relaxed) }

    /// How many are in use; more than the limit when more computations run than there are threads.
    package var inUse: Int { used.load(ordering: .relaxed) }
}

extension ThreadBudget: Hashable {
    package static func == (a: ThreadBudget, b: ThreadBudget) -> Bool { a === b }

    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
