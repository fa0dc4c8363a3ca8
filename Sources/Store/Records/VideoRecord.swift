package import Foundation
import GRDB

/// A stored video.
package struct VideoRecord: Hashable, Sendable {
    /// `vid_` and 22 letters and digits.
    package let id: String
    package let sha256: String
    package let bytes: Int
    /// What was found out about it, as the JSON text that the caller made.
    package let facts: String
    package let createdAt: Date

    init(row: Row) throws {
        id = try row.decode(forColumn: "id")
        sha256 = try row.decode(forColumn: "sha256")
        bytes = try row.decode(forColumn: "bytes")
        facts = try row.decode(forColumn: "facts")
        createdAt = Date(milliseconds: try row.decode(forColumn: "created_at"))
    }
}
