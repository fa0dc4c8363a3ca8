package import Foundation
import GRDB

/// A document or an array of an explanation that is no map, compressed.
package struct Artefact: Hashable, Sendable {
    /// What it is, unique within an explanation. Released names are never renamed: they stand in databases.
    package enum Name: String, Hashable, Sendable, CaseIterable {
        /// JSON: the flow vectors that the score depends on most.
        case vectors
        /// JSON: the trajectories along which it does.
        case trajectories
        /// JSON: what the maps of an explanation are that has not succeeded.
        case partial
        /// A .npy file that came with the request.
        case givenFlow = "given_flow"
    }

    package let name: Name
    let blob: Data

    /// Compresses the data; costs time, so do it before a transaction.
    package init(_ name: Name, _ data: Data) throws {
        self.name = name
        blob = try data.withUnsafeBytes(Zstandard.compress)
    }

    func insert(explanation id: String, in database: Database) throws {
        try database.execute(
            sql: "INSERT INTO artefacts (explanation_id, name, data) VALUES (?, ?, ?)",
            arguments: [id, name.rawValue, blob])
    }
}

extension Store {
    /// - Returns: nil when the explanation has none of this name.
    /// - Throws: ``StoreError/corrupt(_:)``
    package func artefact(explanation id: String, name: Artefact.Name) throws -> Data? {
        let blob = try read { database in
            try Data.fetchOne(
                database, sql: "SELECT data FROM artefacts WHERE explanation_id = ? AND name = ?",
                arguments: [id, name.rawValue])
        }
        return try blob.map { try Zstandard.decompressed($0, name: "\(name.rawValue) of \(id)") }
    }
}
