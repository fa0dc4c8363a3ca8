import Foundation
import HTTPServer
import HTTPTypes
import Store

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
    /// explanation's document.
    @Sendable func stream(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let record = try await ExplanationHandlers(resources: resources).find(request)
        // The present state comes first.
        let changes = resources.store.changes(explanation: record.id)
        let headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
        return Response(
            status: .ok, headers: headers,
            body: .stream { writer in
                for await change in changes {
                    try await writer.write(Self.event(change))
                    if change.state.isFinal { return }
                }
            })
    }

    private static func event(_ record: ExplanationRecord) -> [UInt8] {
        let document = ExplanationDocument(record, position: nil, now: Date()).json.text
        return Array("event: \(EventName(record).rawValue)\ndata: \(document)\n\n".utf8)
    }
}
