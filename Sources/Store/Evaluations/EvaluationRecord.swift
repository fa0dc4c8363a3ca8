package import Foundation
import GRDB

/// An evaluation: what is measured, and how far it is.
package struct EvaluationRecord: Hashable, Sendable {
    /// `evl_` and 22 letters and digits.
    package let id: String
    package let state: JobState
    /// JSON text.
    package let plan: String
    /// Clips measured, of ``total``.
    package let completed: Int
    package let total: Int
    package let createdAt: Date
    package let finishedAt: Date?
    /// Set when failed, with ``errorMessage``.
    package let errorCode: String?
    package let errorMessage: String?

    /// A row of ``Store/evaluationRows``.
    init(row: Row) throws {
        id = try row.decode(forColumn: "id")
        guard let state = JobState(rawValue: try row.decode(forColumn: "state")) else {
            throw StoreError.corrupt("the state of \(id)")
        }
        self.state = state
        plan = try row.decode(forColumn: "plan")
        completed = try row.decode(forColumn: "completed")
        total = try row.decode(forColumn: "total")
        createdAt = Date(milliseconds: try row.decode(forColumn: "created_at"))
        finishedAt = try row.decode(Int64?.self, forColumn: "finished_at").map(Date.init(milliseconds:))
        errorCode = try row.decode(forColumn: "error_code")
        errorMessage = try row.decode(forColumn: "error_message")
    }
}
