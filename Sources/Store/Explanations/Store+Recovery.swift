import Foundation
import GRDB

extension Store {
    /// To be called once when the service starts, before any worker: the process of every running job is gone, because this one has the
    /// directory. Such jobs go behind those that wait, in their order, so that one which kills the process does not hold up the others.
    package func recover() throws -> RecoveryReport {
        let ended = try write { try Interruption.endRuns(leaseUntil: nil, limit: limits.interruptions, in: $0) }
        for id in ended.ids { publish(id) }
        return RecoveryReport(
            requeued: ended.requeued.count, poisoned: ended.poisoned.count, cancelled: ended.cancelled.count)
    }

    /// Ends an explanation that waits, or asks its worker to end it.
    package func requestCancel(id: String) throws -> CancelOutcome {
        let outcome: CancelOutcome = try write { database in
            guard
                let state = try String.fetchOne(
                    database, sql: "SELECT state FROM explanations WHERE id = ?", arguments: [id])
            else { return .unknown }
            switch JobState(rawValue: state) {
            case .queued:
                try database.execute(
                    sql:
                        "UPDATE explanations SET state = 'cancelled', cancel_requested = 1, finished_at = ? WHERE id = ?",
                    arguments: [Date().milliseconds, id])
                return .cancelled
            case .running:
                try database.execute(
                    sql: "UPDATE explanations SET cancel_requested = 1 WHERE id = ?", arguments: [id])
                return .requested
            case .succeeded: return .finished(.succeeded)
            case .failed: return .finished(.failed)
            case .cancelled: return .finished(.cancelled)
            case nil: throw StoreError.corrupt("the state of \(id)")
            }
        }
        if outcome == .requested { cancellations.add(id) }
        switch outcome {
        case .cancelled, .requested: publish(id)
        case .finished, .unknown: break
        }
        return outcome
    }
}

/// Ends runs whose worker is gone.
struct Interruption {
    let cancelled: [String]
    let poisoned: [String]
    let requeued: [String]

    var ids: [String] { cancelled + poisoned + requeued }

    /// - Parameters:
    ///   - leaseUntil: ends runs whose lease ended by then and leaves them their place; nil ends all runs and puts them behind the others.
    ///   - limit: interruptions at which a job fails as `job.poisoned`.
    static func endRuns(leaseUntil: Int64?, limit: Int, in database: Database) throws -> Interruption {
        let gone = "state = 'running' AND lease_until <= :end"
        let noLease = "worker = NULL, lease_token = NULL, lease_until = NULL"
        let now = Date().milliseconds
        let end = leaseUntil ?? .max
        let cancelled = try String.fetchAll(
            database,
            sql: """
                UPDATE explanations SET state = 'cancelled', finished_at = :now, \(noLease)
                WHERE \(gone) AND cancel_requested RETURNING id
                """, arguments: ["now": now, "end": end])
        let poisoned = try String.fetchAll(
            database,
            sql: """
                UPDATE explanations SET state = 'failed', finished_at = :now, interruptions = interruptions + 1, \(noLease),
                    error_code = 'job.poisoned',
                    error_message = 'It was interrupted ' || (interruptions + 1) || ' times, each time before it could finish.'
                WHERE \(gone) AND interruptions + 1 >= :limit RETURNING id
                """, arguments: ["now": now, "end": end, "limit": limit])
        let requeued = try String.fetchAll(
            database, sql: "SELECT id FROM explanations WHERE \(gone) ORDER BY position", arguments: ["end": end])
        for id in requeued {
            // One by one: each takes the place behind the one before.
            try database.execute(
                sql: """
                    UPDATE explanations SET state = 'queued', interruptions = interruptions + 1, \(noLease),
                        position = \(leaseUntil == nil ? "\(Store.lastPosition) + 1" : "position")
                    WHERE id = :id
                    """, arguments: ["id": id])
        }
        return Interruption(cancelled: cancelled, poisoned: poisoned, requeued: requeued)
    }
}
