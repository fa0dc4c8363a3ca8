package import Foundation
package import Logging
package import Store

/// Deletes what has ended long ago, and the oldest of what takes too much room.
package struct Retention: Sendable {
    private let store: Store
    private let age: Duration?
    private let bytes: Int?
    private let logger: Logger

    /// - Parameters:
    ///   - age: how long what has ended is kept; nil for ever.
    ///   - bytes: how much may be on the disk; nil for any.
    package init(store: Store, age: Duration?, bytes: Int?, logger: Logger) {
        self.store = store
        self.age = age
        self.bytes = bytes
        self.logger = logger
    }

    /// How many are looked up at once.
    private static let batch = 100

    /// Deletes what is to be deleted now. Each deletion is in the audit log. What waits, runs or is a model stays.
    /// - Returns: how many were deleted.
    package func purge(now: Date) throws -> Int {
        var removed = 0
        if let age {
            let end = now - Double(age.components.seconds)
            while let count = try removeBatch(endedBefore: end, while: { true }) { removed += count }
        }
        if let bytes {
            let isTooMuch = { try store.bytesInUse() > bytes }
            while try isTooMuch(), let count = try removeBatch(endedBefore: now, while: isTooMuch) { removed += count }
        }
        if removed > 0 { try store.returnSpace() }
        return removed
    }

    /// - Returns: how many of the oldest were removed; nil when none can be.
    private func removeBatch(endedBefore end: Date, while isGoingOn: () throws -> Bool) throws -> Int? {
        var removed = 0
        for removable in try store.removable(endedBefore: end, limit: Self.batch) where try isGoingOn() {
            guard try store.remove(removable) else { continue }
            try store.audit(
                AuditEntry(
                    who: "service", action: "retention",
                    object: AuditEntry.Object(kind: removable.kind.rawValue, id: removable.id), outcome: .done,
                    requestID: nil))
            removed += 1
        }
        return removed == 0 ? nil : removed
    }

    /// ``purge(now:)``, with what came of it in the log: a failure is no reason to stop serving.
    package func purgeAndLog() {
        guard age != nil || bytes != nil else { return }
        do {
            let removed = try purge(now: Date())
            if removed > 0 { logger.notice("old results were deleted", metadata: ["retention.deleted": "\(removed)"]) }
        } catch {
            logger.error(
                "old results could not be deleted", metadata: ["error": .string(InternalFailure.loggable(error))])
        }
    }
}
