import Foundation
import GRDB

extension Store {
    /// Stores a model; the same name, checkpoint and manifest again give the record that exists.
    /// - Throws: ``StoreError/nameTaken(name:)`` when the name belongs to another checkpoint or manifest.
    package func addModel(
        name: String, checkpoint: Content, manifest: String, facts: String
    ) throws -> (record: ModelRecord, isNew: Bool) {
        try write { database in
            if let existing = try Self.model(named: name, in: database) {
                guard existing.sha256 == checkpoint.sha256, existing.manifest == manifest else {
                    throw StoreError.nameTaken(name: name)
                }
                return (existing, false)
            }
            try database.execute(
                sql: """
                    INSERT INTO models (id, name, sha256, bytes, manifest, facts, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    IdentifierKind.model.makeIdentifier(), name, checkpoint.sha256, checkpoint.bytes, manifest, facts,
                    Date().milliseconds,
                ])
            guard let record = try Self.model(named: name, in: database) else {
                throw StoreError.corrupt("the list of models")
            }
            return (record, true)
        }
    }

    package func model(id: String) throws -> ModelRecord? {
        try read { database in
            try Row.fetchOne(database, sql: "SELECT * FROM models WHERE id = ?", arguments: [id]).map(ModelRecord.init)
        }
    }

    package func model(name: String) throws -> ModelRecord? {
        try read { try Self.model(named: name, in: $0) }
    }

    /// All models, newest first.
    package func models() throws -> [ModelRecord] {
        try read { try Row.fetchAll($0, sql: "SELECT * FROM models ORDER BY sequence DESC").map(ModelRecord.init) }
    }

    /// Deletes a model, and its checkpoint if no other model has the same; finished explanations by it stay.
    /// - Returns: whether there was one.
    /// - Throws: ``StoreError/inUse(id:)`` while explanations by it wait or run.
    package func deleteModel(id: String) throws -> Bool {
        let sha256: String? = try write { database in
            let isInUse = try Bool.fetchOne(
                database,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM explanations WHERE model_id = ? AND state IN ('queued', 'running'))
                    """, arguments: [id])
            if isInUse == true { throw StoreError.inUse(id: id) }
            let sha256 = try String.fetchOne(
                database, sql: "DELETE FROM models WHERE id = ? RETURNING sha256", arguments: [id])
            if sha256 != nil { try reclaim(database) }
            return sha256
        }
        guard let sha256 else { return false }
        try removeContent(sha256)
        return true
    }

    private static func model(named name: String, in database: Database) throws -> ModelRecord? {
        try Row.fetchOne(database, sql: "SELECT * FROM models WHERE name = ?", arguments: [name]).map(ModelRecord.init)
    }
}
