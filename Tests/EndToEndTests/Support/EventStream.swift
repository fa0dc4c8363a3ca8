import Foundation
import TestSupport
import Testing

/// Server-Sent Events of an explanation, read with `curl` as they come.
final class EventStream: Sendable {
    struct Event: Sendable {
        let name: String
        let explanation: ExplanationBody
    }

    private let child: ChildProcess
    private let directory: TemporaryDirectory

    init(_ service: ServiceProcess, explanation id: String) throws {
        directory = try TemporaryDirectory()
        child = try ChildProcess(
            "curl", ["--no-buffer", "--silent", "\(service.url)/v1/explanations/\(id)/events"], environment: [:],
            output: .pipe, errors: directory.url.appending(path: "errors"))
    }

    /// The next event; nil when the stream has ended.
    func next(at location: SourceLocation = #_sourceLocation) async throws -> Event? {
        let text = await child.output.text(through: "\n\n")
        guard let match = text.firstMatch(of: /id: [0-9a-f]{16}\nevent: (\w+)\ndata: (.*)\n\n/) else {
            #expect(text.isEmpty, sourceLocation: location)
            return nil
        }
        let answer = Answer(status: 200, headers: [:], body: Array(match.2.utf8))
        return Event(
            name: String(match.1), explanation: try answer.decoded(as: ExplanationBody.self, at: location))
    }
}
