package import Tensors

/// What one explanation may use of the machine.
package struct JobBudget: Hashable, Sendable {
    package let parallelism: Parallelism
    /// The most bytes that it may hold at once, by ``ExplainCost``.
    package let bytes: Int

    /// - Precondition: a byte at least.
    package init(parallelism: Parallelism, bytes: Int) {
        precondition(bytes > 0, "a job holds something")
        (self.parallelism, self.bytes) = (parallelism, bytes)
    }

    /// - Throws: ``ExplainError/tooMuchMemory(bytes:limit:)``.
    package func admit(_ cost: ExplainCost) throws {
        guard cost.bytes <= bytes else { throw ExplainError.tooMuchMemory(bytes: cost.bytes, limit: bytes) }
    }
}
