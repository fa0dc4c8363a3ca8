import Foundation
import GRDB

extension Store {
    /// Stores a model; the same name, checkpoint and manifest again give the record that exists.
    /// - Parameter owner: the id of a token. What nobody owns is everybody's to use.
    /// - Throws: ``StoreError/nameTaken(name:)`` when the name belongs to another checkpoint, manifest or owner.
    package func addModel(
        name: String, checkpoint: Content, manifest: String, facts: String, owner: String
    ) throws -> (record: ModelRecord, isNew: Bool) {
        try write { database in
            if let existing = try Self.model(named: name, in: database) {
                guard existing.sha256 == checkpoint.sha256, existing.owner == owner,
                    Self.canonical(existing.manifest) == Self.canonical(manifest)
                else {
                    throw StoreError.nameTaken(name: name)
                }
                return (existing, false)
            }
            try database.execute(
                sql: """
                    INSERT INTO models (id, name, owner, sha256, bytes, manifest, facts, created_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    IdentifierKind.model.makeIdentifier(), name, owner, checkpoint.sha256, checkpoint.bytes, manifest,
                    facts, Date().milliseconds,
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

    /// The models that somebody may use, newest first.
    package func models(seenBy viewer: Viewer) throws -> [ModelRecord] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM models WHERE \(viewer.condition) OR owner = '' ORDER BY sequence DESC",
                arguments: ["viewer": viewer.argument]
            ).map(ModelRecord.init)
        }
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

    /// The same JSON document whatever the order of its keys and its white space; text that is none stays as it is.
    private static func canonical(_ document: String) -> Data {
        let data = Data(document.utf8)
        guard let value = try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed),
            let canonical = try? JSONSerialization.data(
                withJSONObject: value, options: [.sortedKeys, .fragmentsAllowed])
        else { return data }
        return canonical
    }

    private static func model(named name: String, in database: Database) throws -> ModelRecord? {
        try Row.fetchOne(database, sql: "SELECT * FROM models WHERE name = ?", arguments: [name]).map(ModelRecord.init)
    }
}
