import Foundation
import GRDB

extension Store {
    /// Takes the explanation that is next. One whose lease ran out waits again, at its old place.
    /// - Parameters:
    ///   - worker: a name for people who look into the database.
    ///   - lease: how long the worker has it without a heartbeat.
    package func claim(worker: String, lease: Duration) throws -> ClaimedJob? {
        let (job, interrupted) = try write { database -> (ClaimedJob?, [String]) in
            let now = Date().milliseconds
            let interrupted = try Interruption.endRuns(leaseUntil: now, limit: limits.interruptions, in: database)
            guard let next = try Self.next(in: database) else { return (nil, interrupted.ids) }
            try Self.endTurn(of: next.owner, priority: next.priority, in: database)
            let row = try Row.fetchOne(
                database,
                sql: """
                    UPDATE explanations SET state = 'running', attempts = attempts + 1, worker = :worker,
                        lease_token = :token, lease_until = :until, started_at = :now, completed = 0, total = 0,
                        stage = NULL, partial = NULL
                    WHERE id = :id
                    RETURNING id, request, video_id, model_id, attempts, lease_token, started_at - created_at AS waited
                    """,
                arguments: [
                    "worker": worker, "token": UUID().uuidString, "until": now + lease.milliseconds, "now": now,
                    "id": next.id,
                ])
            let job = try row.map(ClaimedJob.init(row:))
            // What an earlier attempt left is not of this one.
            if let job, job.attempts > 1 { try Self.removePartial(of: job.id, in: database) }
            return (job, interrupted.ids)
        }
        if let job { cancellations.remove(job.id) }
        for id in interrupted { publish(id) }
        if let job { publish(job.id) }
        return job
    }

    /// Reports progress and extends the lease.
    /// - Parameter partial: what is known so far, JSON text; nil keeps what was reported before.
    package func heartbeat(
        _ job: ClaimedJob, completed: Int, total: Int, stage: String?, partial: String?, lease: Duration
    ) throws -> HeartbeatOutcome {
        let outcome = try write { database in
            try Self.outcome(
                database,
                sql: """
                    UPDATE explanations SET lease_until = :until, completed = :completed, total = :total,
                        stage = :stage, partial = coalesce(:partial, partial)
                    WHERE id = :id AND lease_token = :token RETURNING cancel_requested
                    """,
                arguments: [
                    "until": Date().milliseconds + lease.milliseconds, "completed": completed, "total": total,
                    "stage": stage, "partial": partial, "id": job.id, "token": job.token,
                ])
        }
        if outcome != .lost { publish(job.id) }
        return outcome
    }

    /// Extends the lease and reports nothing.
    package func extend(_ job: ClaimedJob, lease: Duration) throws -> HeartbeatOutcome {
        try write { database in
            try Self.outcome(
                database,
                sql: """
                    UPDATE explanations SET lease_until = :until
                    WHERE id = :id AND lease_token = :token RETURNING cancel_requested
                    """,
                arguments: [
                    "until": Date().milliseconds + lease.milliseconds, "id": job.id, "token": job.token,
                ])
        }
    }

    /// Whether the lease holds and a cancellation is asked for; writes nothing.
    package func leaseState(_ job: ClaimedJob) throws -> HeartbeatOutcome {
        try read { database in
            try Self.outcome(
                database, sql: "SELECT cancel_requested FROM explanations WHERE id = :id AND lease_token = :token",
                arguments: ["id": job.id, "token": job.token])
        }
    }

    /// Stores the result and ends the job, all or nothing.
    /// - Returns: false when the lease is lost, and then nothing is stored: a job ends once.
    /// - Throws: what `result` throws, and then nothing is stored either.
    package func complete(
        _ job: ClaimedJob, result: JobResult, maps: [MapRecord], clip: ClipFrames?, artefacts: [Artefact]
    ) throws -> Bool {
        let clock = ContinuousClock()
        let start = clock.now
        return try finish(job) { database in
            let isHeld = try Bool.fetchOne(
                database, sql: "SELECT EXISTS (SELECT 1 FROM explanations WHERE id = :id AND lease_token = :token)",
                arguments: ["id": job.id, "token": job.token])
            guard isHeld == true else { return false }
            try Self.removePartial(of: job.id, in: database)
            for map in maps { try map.insert(explanation: job.id, in: database) }
            try clip?.insert(explanation: job.id, in: database)
            for artefact in artefacts { try artefact.insert(explanation: job.id, in: database) }
            // Last, because it may tell how long the rest took.
            return try Self.end(
                job, in: database, sets: "state = 'succeeded', result = :result, completed = total, partial = NULL",
                arguments: ["result": try result.text(clock.now - start)])
        }
    }

    /// Ends the job with a failure.
    /// - Parameter code: stable, for programs; `message` is for people.
    /// - Returns: false when the lease is lost.
    package func fail(_ job: ClaimedJob, code: String, message: String) throws -> Bool {
        try finish(job) { database in
            try Self.end(
                job, in: database, sets: "state = 'failed', error_code = :code, error_message = :message",
                arguments: ["code": code, "message": message])
        }
    }

    /// Ends the job because a client asked for it.
    /// - Returns: false when the lease is lost.
    package func finishCancelled(_ job: ClaimedJob) throws -> Bool {
        try finish(job) { try Self.end(job, in: $0, sets: "state = 'cancelled'", arguments: [:]) }
    }

    /// Gives the job back to its place in the queue, as a worker does that stops. One whose cancellation is asked for is cancelled.
    /// - Returns: false when the lease is lost.
    package func release(_ job: ClaimedJob) throws -> Bool {
        try finish(job) { database in
            try database.execute(
                sql: """
                    UPDATE explanations SET
                        state = iif(cancel_requested, 'cancelled', 'queued'),
                        finished_at = iif(cancel_requested, :now, NULL),
                        worker = NULL, lease_token = NULL, lease_until = NULL
                    WHERE id = :id AND lease_token = :token
                    """,
                arguments: ["now": Date().milliseconds, "id": job.id, "token": job.token])
            return database.changesCount > 0
        }
    }

    private func finish(_ job: ClaimedJob, _ body: (Database) throws -> Bool) throws -> Bool {
        let held = try write(body)
        if held {
            cancellations.remove(job.id)
            publish(job.id)
        }
        return held
    }

    private static func end(
        _ job: ClaimedJob, in database: Database, sets: String, arguments: StatementArguments
    ) throws -> Bool {
        try database.execute(
            sql: """
                UPDATE explanations SET \(sets), finished_at = :now, worker = NULL, lease_token = NULL, lease_until = NULL
                WHERE id = :id AND lease_token = :token
                """,
            arguments: arguments + ["now": Date().milliseconds, "id": job.id, "token": job.token])
        return database.changesCount > 0
    }

    private static func outcome(
        _ database: Database, sql: String, arguments: StatementArguments
    ) throws -> HeartbeatOutcome {
        switch try Bool.fetchOne(database, sql: sql, arguments: arguments) {
        case nil: .lost
        case false?: .held
        case true?: .cancelRequested
        }
    }
}

extension ClaimedJob {
    fileprivate init(row: Row) throws {
        id = try row.decode(forColumn: "id")
        request = try row.decode(forColumn: "request")
        videoID = try row.decode(forColumn: "video_id")
        modelID = try row.decode(forColumn: "model_id")
        attempts = try row.decode(forColumn: "attempts")
        waited = .milliseconds(max(0, try row.decode(Int64.self, forColumn: "waited")))
        token = try row.decode(forColumn: "lease_token")
    }
}
