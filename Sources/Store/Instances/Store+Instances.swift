import Foundation
import GRDB

extension Store {
    /// Stores a DICOM object and queues its explanations, all or nothing. An instance that is there already stays as it is, and nothing is queued.
    /// - Throws: ``StoreError/queueFull(limit:seconds:)``, ``StoreError/shareFull(limit:seconds:)``, ``StoreError/unknownModel(id:)``.
    package func addInstance(
        _ content: Content, _ new: NewInstance, explanations: [NewExplanation], owner: String = ""
    ) throws -> InstanceOutcome {
        try write { database in
            if let existing = try Self.instance(uid: new.identifiers.instance, owner: owner, in: database) {
                return .existing(existing, isSame: existing.sha256 == content.sha256)
            }
            let videoID = try new.videoFacts.map { facts in
                try Self.insertVideo(content, facts: facts, owner: owner, in: database).record.id
            }
            try Self.insert(
                new.identifiers, content, facts: new.facts, videoID: videoID, owner: owner, in: database)
            guard let record = try Self.instance(uid: new.identifiers.instance, owner: owner, in: database) else {
                throw StoreError.corrupt("the list of instances")
            }
            var queued: [String] = []
            if let videoID {
                for explanation in explanations {
                    queued.append(
                        try insertExplanation(
                            request: explanation.request(videoID), videoID: videoID, modelID: explanation.modelID,
                            owner: owner, priority: .normal, in: database))
                }
            }
            return .stored(record, explanations: queued)
        }
    }

    /// The owner's instance that has this SOP Instance UID; the first of several.
    package func instance(uid: String, owner: String = "") throws -> InstanceRecord? {
        try read { try Self.instance(uid: uid, owner: owner, in: $0) }
    }

    /// The instances of a study, those of a series together, in the order in which they came.
    package func instances(study: String) throws -> [InstanceRecord] {
        try read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM instances WHERE study_uid = ? ORDER BY series_uid, sequence",
                arguments: [study]
            ).map(InstanceRecord.init)
        }
    }

    /// What an explanation was made from; nil when that was no DICOM object. Stays when the video is deleted.
    package func source(explanation id: String) throws -> (study: String, series: String, instance: String)? {
        try read { database in
            try Row.fetchOne(
                database, sql: "SELECT * FROM explanation_sources WHERE explanation_id = ?", arguments: [id]
            ).map { row in
                (
                    study: try row.decode(forColumn: "study_uid"), series: try row.decode(forColumn: "series_uid"),
                    instance: try row.decode(forColumn: "instance_uid")
                )
            }
        }
    }

    static func insert(
        _ identifiers: InstanceIdentifiers, _ content: Content, facts: String, videoID: String?, owner: String,
        in database: Database
    ) throws {
        try database.execute(
            sql: """
                INSERT INTO instances
                    (owner, sha256, bytes, study_uid, series_uid, instance_uid, sop_class, video_id, facts, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sha256, owner) DO NOTHING
                """,
            arguments: [
                owner, content.sha256, content.bytes, identifiers.study, identifiers.series, identifiers.instance,
                identifiers.sopClass, videoID, facts, Date().milliseconds,
            ])
    }

    private static func instance(uid: String, owner: String, in database: Database) throws -> InstanceRecord? {
        try Row.fetchOne(
            database, sql: "SELECT * FROM instances WHERE instance_uid = ? AND owner = ? ORDER BY sequence LIMIT 1",
            arguments: [uid, owner]
        ).map(InstanceRecord.init)
    }
}
