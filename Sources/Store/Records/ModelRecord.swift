package import Foundation
import GRDB

/// A stored model: a checkpoint and its manifest.
package struct ModelRecord: Hashable, Sendable {
    /// `mdl_` and 22 letters and digits.
    package let id: String
    /// Unique among models.
    package let name: String
    /// Of the checkpoint.
    package let sha256: String
    /// Of the checkpoint.
    package let bytes: Int
    /// JSON text.
    package let manifest: String
    /// What was found out about it, as the JSON text that the caller made.
    package let facts: String
    package let createdAt: Date
    /// The id of a token; empty for a model that nobody owns.
    package let owner: String

    init(row: Row) throws {
        id = try row.decode(forColumn: "id")
        name = try row.decode(forColumn: "name")
        sha256 = try row.decode(forColumn: "sha256")
        bytes = try row.decode(forColumn: "bytes")
        manifest = try row.decode(forColumn: "manifest")
        facts = try row.decode(forColumn: "facts")
        owner = try row.decode(forColumn: "owner")
        createdAt = Date(milliseconds: try row.decode(forColumn: "created_at"))
    }
}
