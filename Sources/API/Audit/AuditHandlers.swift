import HTTPServer
import HTTPTypes
import Store

struct AuditHandlers: Sendable {
    let resources: Resources

    /// `GET /v1/audit`: the audit log, newest first.
    @Sendable func list(_ request: Request) async throws -> Response {
        try request.allowQuery("limit", "cursor")
        let (cursor, limit) = try request.page()
        let store = resources.store
        let page = try await offload { try store.auditLog(after: cursor, limit: limit) }
        return .json(JSONText(PageDocument(items: page.records.map(AuditDocument.init), next: page.next)))
    }
}

/// An entry of the audit log as clients see it.
private struct AuditDocument: Encodable {
    struct Object: Encodable {
        let kind: String
        let id: String?
    }

    let sequence: Int
    let at, who, action: String
    let object: Object?
    let outcome: String
    let request: String?

    init(_ record: AuditRecord) {
        sequence = record.sequence
        at = record.at.timestamp
        who = record.entry.who
        action = record.entry.action
        object = record.entry.object.map { Object(kind: $0.kind, id: $0.id) }
        outcome = record.entry.outcome.rawValue
        request = record.entry.requestID
    }
}
