package import Foundation
import GRDB

/// Something that somebody did or was kept from doing. Holds no text that a client chose.
package struct AuditEntry: Hashable, Sendable {
    package enum Outcome: String, CaseIterable, Hashable, Sendable {
        case done
        /// The request was not one that can be carried out.
        case refused
        /// Whoever asked may not have it.
        case denied
        /// The service failed.
        case failed
    }

    /// What it was done to.
    package struct Object: Hashable, Sendable {
        /// Such as `video`.
        package let kind: String
        /// Nil for one that came to nothing.
        package let id: String?

        package init(kind: String, id: String?) {
            self.kind = kind
            self.id = id
        }
    }

    /// The id of a token or of an account elsewhere, or the name of a role such as `local`.
    package let who: String
    /// A line of the table of routes, such as `DELETE /v1/videos/{id}`, or a command.
    package let action: String
    package let object: Object?
    package let outcome: Outcome
    /// Nil for what was no request.
    package let requestID: String?

    package init(who: String, action: String, object: Object?, outcome: Outcome, requestID: String?) {
        self.who = who
        self.action = action
        self.object = object
        self.outcome = outcome
        self.requestID = requestID
    }
}

/// An entry as it stands in the log.
package struct AuditRecord: Hashable, Sendable {
    /// Grows by one with each entry: a gap tells that somebody took one away.
    package let sequence: Int
    package let at: Date
    package let entry: AuditEntry

    init(row: Row) throws {
        sequence = try row.decode(forColumn: "sequence")
        at = Date(milliseconds: try row.decode(forColumn: "at"))
        guard let outcome = AuditEntry.Outcome(rawValue: try row.decode(forColumn: "outcome")) else {
            throw StoreError.corrupt("the audit log")
        }
        let (kind, id) = (
            try row.decode(String?.self, forColumn: "object_kind"), try row.decode(String?.self, forColumn: "object_id")
        )
        entry = AuditEntry(
            who: try row.decode(forColumn: "who"), action: try row.decode(forColumn: "action"),
            object: kind.map { AuditEntry.Object(kind: $0, id: id) }, outcome: outcome,
            requestID: try row.decode(forColumn: "request_id"))
    }
}
