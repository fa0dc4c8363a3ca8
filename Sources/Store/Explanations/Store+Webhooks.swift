package import Foundation
import GRDB

/// An explanation that has ended, and where that is to be told.
package struct DueWebhook: Hashable, Sendable {
    package let explanation: ExplanationRecord
    package let url: String
    /// Times that it was tried.
    package let attempts: Int
}

/// What came of trying to tell.
package enum WebhookOutcome: Hashable, Sendable {
    case delivered
    /// To be tried again.
    case retry(at: Date)
    case givenUp
}

extension Store {
    /// The webhooks that are to be tried now, those that wait longest first.
    package func dueWebhooks(at now: Date, limit: Int) throws -> [DueWebhook] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT explanations.*, webhooks.url, webhooks.attempts AS tries
                    FROM webhooks JOIN explanations ON explanations.id = webhooks.explanation_id
                    WHERE webhooks.state = 'pending' AND webhooks.due_at <= ? AND explanations.finished_at IS NOT NULL
                    ORDER BY webhooks.due_at LIMIT ?
                    """, arguments: [now.milliseconds, limit]
            ).map { row in
                DueWebhook(
                    explanation: try ExplanationRecord(row: row), url: try row.decode(forColumn: "url"),
                    attempts: try row.decode(forColumn: "tries"))
            }
        }
    }

    /// Keeps what came of an attempt.
    package func keepAttempt(explanation id: String, _ outcome: WebhookOutcome) throws {
        let (state, due): (String, Date?) =
            switch outcome {
            case .delivered: ("delivered", nil)
            case .retry(let date): ("pending", date)
            case .givenUp: ("given_up", nil)
            }
        try write { database in
            try database.execute(
                sql: """
                    UPDATE webhooks SET state = :state, attempts = attempts + 1, due_at = coalesce(:due, due_at)
                    WHERE explanation_id = :id AND state = 'pending'
                    """, arguments: ["state": state, "due": due?.milliseconds, "id": id])
        }
    }

    static func addWebhook(_ url: String, explanation id: String, in database: Database) throws {
        try database.execute(
            sql: "INSERT INTO webhooks (explanation_id, url, state, due_at) VALUES (?, ?, 'pending', 0)",
            arguments: [id, url])
    }
}
