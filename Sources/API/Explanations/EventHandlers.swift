import Crypto
import Foundation
import HTTPServer
import HTTPTypes
package import Store

/// What an event tells.
package enum EventName: String, Hashable, Sendable, CaseIterable {
    case progress
    /// With a first estimate of the score.
    case partial
    case succeeded
    case failed
    case cancelled

    init(_ record: ExplanationRecord) {
        self =
            switch record.state {
            case .queued, .running: record.partial == nil ? .progress : .partial
            case .succeeded: .succeeded
            case .failed: .failed
            case .cancelled: .cancelled
            }
    }
}

/// Progress as it happens, by Server-Sent Events (WHATWG HTML, section 9.2).
struct EventHandlers: Sendable {
    let resources: Resources

    /// `GET /v1/explanations/{id}/events`: an event for each change, and the end after the one that tells the end of the job. The data is the
    /// explanation's document. Who has the present state already, by `Last-Event-ID`, gets what comes after it; 204 when nothing can come, which
    /// ends an `EventSource`.
    @Sendable func stream(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let record = try await ExplanationHandlers(resources: resources).find(request)
        let last = Self.lastEvent.flatMap { request.head.headerFields[$0] }
        if record.state.isFinal, last == EventIdentifier(record).text { return .noContent() }
        // The present state comes first.
        let changes = await offload { [store = resources.store] in store.changes(explanation: record.id) }
        let headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
        return Response(
            status: .ok, headers: headers,
            body: .stream { writer in
                var last = last
                for await change in changes {
                    let id = EventIdentifier(change).text
                    if id != last { try await writer.write(Self.event(change, id)) }
                    last = nil
                    if change.state.isFinal { return }
                }
            })
    }

    private static let lastEvent = HTTPField.Name("Last-Event-ID")

    private static func event(_ record: ExplanationRecord, _ id: String) -> [UInt8] {
        let document = ExplanationDocument(record, position: nil, now: Date()).json.text
        return Array("id: \(id)\nevent: \(EventName(record).rawValue)\ndata: \(document)\n\n".utf8)
    }
}

/// Names a state of an explanation: two events with the same one tell the same, but for the time that is left.
package struct EventIdentifier: Hashable, Sendable {
    package let text: String

    package init(_ record: ExplanationRecord) {
        let parts = [
            record.state.rawValue, String(record.attempts), String(record.completed), String(record.total),
            record.stage ?? "", String(record.isCancelRequested), record.partial ?? "",
        ]
        // None of them has a line break: they are numbers, names and JSON on one line.
        let hash = SHA256.hash(data: Data(parts.joined(separator: "\n").utf8))
        text = hash.prefix(8).map { String(format: "%02x", $0) }.joined()
    }
}
