package import Foundation
import GRDB

/// An explanation: what was asked, how far it is, and what came out.
package struct ExplanationRecord: Hashable, Sendable {
    /// `exp_` and 22 letters and digits.
    package let id: String
    package let state: JobState
    /// JSON text.
    package let request: String
    /// Stays when the video is deleted.
    package let videoID: String
    /// An id, or the name of a bundled model. Stays when the model is deleted.
    package let modelID: String
    package let createdAt: Date
    /// When a worker last took it.
    package let startedAt: Date?
    package let finishedAt: Date?
    /// Steps done, of ``total``; both 0 until the first report.
    package let completed: Int
    package let total: Int
    package let stage: String?
    /// Times that a worker took it.
    package let attempts: Int
    /// Times that a worker was lost while it had it.
    package let interruptions: Int
    package let isCancelRequested: Bool
    package let priority: JobPriority
    /// Set when failed, with ``errorMessage``.
    package let errorCode: String?
    package let errorMessage: String?
    /// Set when succeeded. JSON text.
    package let result: String?
    /// What is known so far, while it runs. JSON text.
    package let partial: String?

    init(row: Row) throws {
        id = try row.decode(forColumn: "id")
        guard let state = JobState(rawValue: try row.decode(forColumn: "state")) else {
            throw StoreError.corrupt("the state of \(id)")
        }
        self.state = state
        request = try row.decode(forColumn: "request")
        videoID = try row.decode(forColumn: "video_id")
        modelID = try row.decode(forColumn: "model_id")
        createdAt = Date(milliseconds: try row.decode(forColumn: "created_at"))
        startedAt = try row.decode(Int64?.self, forColumn: "started_at").map(Date.init(milliseconds:))
        finishedAt = try row.decode(Int64?.self, forColumn: "finished_at").map(Date.init(milliseconds:))
        completed = try row.decode(forColumn: "completed")
        total = try row.decode(forColumn: "total")
        stage = try row.decode(forColumn: "stage")
        attempts = try row.decode(forColumn: "attempts")
        interruptions = try row.decode(forColumn: "interruptions")
        isCancelRequested = try row.decode(forColumn: "cancel_requested")
        guard let priority = JobPriority(rank: try row.decode(forColumn: "priority")) else {
            throw StoreError.corrupt("the priority of \(id)")
        }
        self.priority = priority
        errorCode = try row.decode(forColumn: "error_code")
        errorMessage = try row.decode(forColumn: "error_message")
        result = try row.decode(forColumn: "result")
        partial = try row.decode(forColumn: "partial")
    }
}
