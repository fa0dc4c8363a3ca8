import Foundation
import GRDB

/// What came of a request to explain.
package enum EnqueueOutcome: Hashable, Sendable {
    case created(ExplanationRecord)
    /// The same idempotency key came with the same request before.
    case existing(ExplanationRecord)
    /// The same idempotency key came with another request before.
    case conflict
}

/// The DICOM objects that explanations are looked for of; nil takes any.
package struct ExplanationSource: Hashable, Sendable {
    package var study, series, instance: String?

    package init(study: String?, series: String?, instance: String?) {
        self.study = study
        self.series = series
        self.instance = instance
    }

    package static let any = ExplanationSource(study: nil, series: nil, instance: nil)
}

extension Store {
    /// Puts an explanation behind the others in the queue.
    /// - Parameters:
    ///   - request: JSON text.
    ///   - artefacts: what came with the request.
    ///   - idempotency: the client's key, and a fingerprint of all that its request says. Each owner has keys of its own.
    ///   - webhook: the address that is told when it has ended.
    ///   - priority: before which others it is taken.
    ///   - owner: the id of a token. What nobody owns is seen by those alone who see everything.
    /// - Throws: ``StoreError/queueFull(limit:seconds:)``, ``StoreError/shareFull(limit:seconds:)``; ``StoreError/unknownVideo(id:)`` and ``StoreError/unknownModel(id:)`` when an id with the
    ///   prefix of a stored thing (`vid_`, `mdl_`) is not stored, as a deletion may have come between.
    package func enqueue(
        request: String, videoID: String, modelID: String, artefacts: [Artefact],
        idempotency: (key: String, fingerprint: String)?, owner: String = "", priority: JobPriority = .normal,
        webhook: String? = nil
    ) throws -> EnqueueOutcome {
        let outcome: EnqueueOutcome = try write { database in
            if let idempotency, let earlier = try Self.earlier(idempotency, owner: owner, in: database) {
                return earlier
            }
            let id = try insertExplanation(
                request: request, videoID: videoID, modelID: modelID, owner: owner, priority: priority, in: database)
            for artefact in artefacts { try artefact.insert(explanation: id, in: database) }
            if let webhook { try Self.addWebhook(webhook, explanation: id, in: database) }
            if let idempotency {
                try database.execute(
                    sql: """
                        INSERT INTO idempotency_keys (owner, idempotency_key, fingerprint, explanation_id, created_at)
                        VALUES (?, ?, ?, ?, ?)
                        """,
                    arguments: [owner, idempotency.key, idempotency.fingerprint, id, Date().milliseconds])
            }
            return .created(try Self.record(id, in: database))
        }
        return outcome
    }

    /// - Returns: its id.
    func insertExplanation(
        request: String, videoID: String, modelID: String, owner: String, priority: JobPriority, in database: Database
    ) throws -> String {
        try Self.requireStored(videoID: videoID, modelID: modelID, in: database)
        let queued =
            try Int.fetchOne(database, sql: "SELECT count(*) FROM explanations WHERE state = 'queued'") ?? 0
        guard queued < limits.queued else {
            throw StoreError.queueFull(limit: limits.queued, seconds: try Self.secondsUntilPlace(in: database))
        }
        if !owner.isEmpty, queued >= limits.queuedPerOwner {
            let own =
                try Int.fetchOne(
                    database, sql: "SELECT count(*) FROM explanations WHERE state = 'queued' AND owner = ?",
                    arguments: [owner]) ?? 0
            guard own < limits.queuedPerOwner else {
                throw StoreError.shareFull(
                    limit: limits.queuedPerOwner, seconds: try Self.secondsUntilPlace(in: database))
            }
        }
        let id = IdentifierKind.explanation.makeIdentifier()
        try database.execute(
            sql: """
                INSERT INTO explanations
                    (id, owner, priority, state, request, video_id, model_id, created_at, position)
                VALUES (?, ?, ?, 'queued', ?, ?, ?, ?, \(Self.lastPosition) + 1)
                """, arguments: [id, owner, priority.rank, request, videoID, modelID, Date().milliseconds])
        return id
    }

    package func explanation(id: String) throws -> ExplanationRecord? {
        try read { database in
            try Row.fetchOne(database, sql: "SELECT * FROM explanations WHERE id = ?", arguments: [id])
                .map(ExplanationRecord.init)
        }
    }

    /// Explanations, newest first, of those that match every criterion which is not nil.
    /// - Parameter cursor: `next` of the page before.
    package func explanations(
        seenBy viewer: Viewer, state: JobState?, video: String?, model: String?, source: ExplanationSource,
        after cursor: String?, limit: Int
    ) throws -> (records: [ExplanationRecord], next: String?) {
        var conditions = ["sequence < ?"]
        var arguments: StatementArguments = [try Cursor.sequence(cursor)]
        for (column, value) in [
            ("owner", viewer.argument), ("state", state?.rawValue), ("video_id", video), ("model_id", model),
        ] {
            guard let value else { continue }
            conditions.append("\(column) = ?")
            arguments += [value]
        }
        for (column, value) in [
            ("study_uid", source.study), ("series_uid", source.series), ("instance_uid", source.instance),
        ] {
            guard let value else { continue }
            conditions.append("id IN (SELECT explanation_id FROM explanation_sources WHERE \(column) = ?)")
            arguments += [value]
        }
        arguments += [limit + 1]
        return try read { [conditions, arguments] database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM explanations WHERE \(conditions.joined(separator: " AND "))
                    ORDER BY sequence DESC LIMIT ?
                    """, arguments: arguments)
            let page = try Cursor.page(rows, limit: limit)
            return (try page.rows.map(ExplanationRecord.init), page.next)
        }
    }

    /// How many explanations there are in each state.
    package func explanationCounts() throws -> [JobState: Int] {
        try read { database in
            var counts = Dictionary(uniqueKeysWithValues: JobState.allCases.map { ($0, 0) })
            for row in try Row.fetchAll(database, sql: "SELECT state, count(*) AS n FROM explanations GROUP BY state") {
                guard let state = JobState(rawValue: try row.decode(forColumn: "state")) else { continue }
                counts[state] = try row.decode(forColumn: "n")
            }
            return counts
        }
    }

    /// Deletes an explanation with its maps.
    /// - Returns: whether there was one.
    /// - Throws: ``StoreError/running(id:)`` while a worker has it.
    package func deleteExplanation(id: String) throws -> Bool {
        let deleted = try write { database in
            let state = try String.fetchOne(
                database, sql: "SELECT state FROM explanations WHERE id = ?", arguments: [id])
            guard let state else { return false }
            guard state != JobState.running.rawValue else { throw StoreError.running(id: id) }
            try database.execute(sql: "DELETE FROM explanations WHERE id = ?", arguments: [id])
            try reclaim(database)
            return true
        }
        if deleted { publish(id) }
        return deleted
    }

    /// The place of the last one that waits or runs, as an SQL expression.
    static let lastPosition =
        "(SELECT coalesce(max(position), 0) FROM explanations WHERE state IN ('queued', 'running'))"

    static func record(_ id: String, in database: Database) throws -> ExplanationRecord {
        let row = try Row.fetchOne(database, sql: "SELECT * FROM explanations WHERE id = ?", arguments: [id])
        guard let row else { throw StoreError.corrupt("the list of explanations") }
        return try ExplanationRecord(row: row)
    }

    private static func earlier(
        _ idempotency: (key: String, fingerprint: String), owner: String, in database: Database
    ) throws -> EnqueueOutcome? {
        let row = try Row.fetchOne(
            database,
            sql: "SELECT fingerprint, explanation_id FROM idempotency_keys WHERE owner = ? AND idempotency_key = ?",
            arguments: [owner, idempotency.key])
        guard let row else { return nil }
        guard try row.decode(String.self, forColumn: "fingerprint") == idempotency.fingerprint else { return .conflict }
        return .existing(try record(try row.decode(forColumn: "explanation_id"), in: database))
    }

    private static func requireStored(videoID: String, modelID: String, in database: Database) throws {
        func isStored(_ id: String, _ kind: IdentifierKind, in table: String) throws -> Bool {
            guard id.hasPrefix(kind.rawValue) else { return true }
            return try Bool.fetchOne(
                database, sql: "SELECT EXISTS (SELECT 1 FROM \(table) WHERE id = ?)", arguments: [id]) ?? false
        }
        guard try isStored(videoID, .video, in: "videos") else { throw StoreError.unknownVideo(id: videoID) }
        guard try isStored(modelID, .model, in: "models") else { throw StoreError.unknownModel(id: modelID) }
    }
}
