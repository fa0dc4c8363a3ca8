import Foundation
import HTTPServer
import HTTPTypes
import Logging
import Pipelines
import Synchronization
import TestSupport
import Testing

/// Results on their way to an archive: what it takes, refuses, or does not answer.
struct ExportTests {
    /// An archive of the test's own, which answers by a script.
    private final class FakeArchive: Sendable {
        struct Delivery: Sendable {
            let path, type, authorization: String
            let body: [UInt8]
        }

        private let deliveries = Mutex<[Delivery]>([])
        private let script: @Sendable (Delivery) async -> (status: Int, body: String)

        init(_ script: @escaping @Sendable (Delivery) async -> (status: Int, body: String)) { self.script = script }

        var received: [Delivery] { deliveries.withLock { $0 } }

        /// - Parameter use: gets the archive's address.
        func listening(_ use: (String) async throws -> Void) async throws {
            let listener = Listener(
                configuration: ServerConfiguration(host: "127.0.0.1", port: 0, limits: ServerLimits()),
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
                responder: { request in
                    let fields = request.head.headerFields
                    let delivery = Delivery(
                        path: request.path, type: fields[.contentType] ?? "",
                        authorization: fields[.authorization] ?? "",
                        body: (try? await request.body.collect(upTo: 1 << 26)) ?? [])
                    self.deliveries.withLock { $0.append(delivery) }
                    let answer = await self.script(delivery)
                    return Response(
                        status: .init(code: answer.status), headers: [.contentType: "application/dicom+json"],
                        body: .bytes(Array(answer.body.utf8)))
                }, refusal: { _ in Response(status: .badRequest, headers: [:], body: .empty) })
            let address = try await listener.start()
            let result: Result<Void, any Error>
            do {
                result = .success(try await use("http://127.0.0.1:\(address.port)"))
            } catch { result = .failure(error) }
            await listener.shutdown(within: .seconds(10))
            try result.get()
        }

        /// Every UID that an object names could be its own: the answer tells of all.
        static func stored(_ delivery: Delivery) -> String {
            let text = String(decoding: delivery.body.filter { $0 >= 0x20 && $0 < 0x7F }, as: UTF8.self)
            let items = Set(text.matches(of: /2\.25\.[0-9]{20,39}/).map { String($0.output) }).sorted().map {
                "{\"00081155\":{\"vr\":\"UI\",\"Value\":[\"\($0)\"]}}"
            }
            return "{\"00081199\":{\"vr\":\"SQ\",\"Value\":[\(items.joined(separator: ","))]}}"
        }
    }

    private static func archive(
        _ url: String, _ service: Archive.Service = .stow, seconds: Int = 60, attempts: Int = 3
    ) -> Archive {
        Archive(
            url: url, service: service, authorization: "Bearer secret", certificates: nil, seconds: seconds,
            attempts: attempts)
    }

    @Test func anArchiveGetsBothObjectsOnce() async throws {
        let archive = FakeArchive { (200, FakeArchive.stored($0)) }
        try await archive.listening { url in
            try await TestService.with { service in
                let address = try await service.explained(DICOMObject.cine(frames: 9))
                #expect(try await service.get("\(address)/export").json["state"] == "waiting")
                await service.export(to: Self.archive("\(url)/dicom-web/"), at: Date())
                let export = try await service.get("\(address)/export").json
                #expect(export["state"] == "stored" && export["attempts"] == 1 && export["error"].isNull, "\(export)")
                let received = archive.received
                #expect(received.map(\.path) == ["/dicom-web/studies", "/dicom-web/studies"])
                #expect(received.allSatisfy { $0.authorization == "Bearer secret" })
                #expect(received.allSatisfy { $0.type.hasPrefix("multipart/related; type=\"application/dicom\"") })
                for (delivery, object) in zip(received, ["cine", "sr"]) {
                    let file = try await service.get("\(address)/dicom?object=\(object)").body
                    #expect(Data(delivery.body).range(of: Data(file)) != nil)
                }
                await service.export(to: Self.archive("\(url)/dicom-web/"), at: Date(timeIntervalSinceNow: 1e6))
                #expect(archive.received.count == 2)
                // Asked for once more, it gets the same bytes.
                #expect(try await service.post("\(address)/export", .object([:])).status == 202)
                await service.export(to: Self.archive("\(url)/dicom-web/"), at: Date(timeIntervalSinceNow: 1))
                #expect(archive.received.count == 4)
            }
        }
    }

    @Test(arguments: [
        ("archive.refused", 503, "{}", Archive.Service.stow), ("archive.refused", 401, "{}", .stow),
        ("archive.nonsense", 200, "<html>Welcome</html>", .stow), ("archive.nonsense", 200, "", .stow),
        ("archive.nonsense", 200, "[]", .stow), ("archive.nonsense", 202, "{\"00081199\":{\"vr\":\"SQ\"}}", .stow),
        (
            "archive.failed", 202,
            "{\"00081198\":{\"vr\":\"SQ\",\"Value\":[{\"00081197\":{\"vr\":\"US\",\"Value\":[42752]}}]}}", .stow
        ),
        (
            "archive.failed", 409,
            "{\"00081198\":{\"vr\":\"SQ\",\"Value\":[{\"00081197\":{\"vr\":\"US\",\"Value\":[290]}}]}}", .stow
        ),
        ("archive.nonsense", 200, "{\"Status\":\"FilteredOut\"}", .orthanc), ("archive.refused", 400, "{}", .orthanc),
    ]) func whatAnArchiveDoesNotTakeIsTriedAgain(
        _ code: String, _ status: Int, _ body: String, _ kind: Archive.Service
    ) async throws {
        let answer = Mutex((status: status, body: body))
        let archive = FakeArchive { _ in answer.withLock { $0 } }
        try await archive.listening { url in
            try await TestService.with { service in
                let address = try await service.explained(DICOMObject.cine(frames: 9))
                let (destination, start) = (Self.archive(url, kind), Date())
                await service.export(to: destination, at: start)
                var export = try await service.get("\(address)/export").json
                #expect(export["state"] == "waiting" && export["attempts"] == 1, "\(export)")
                #expect(export["error"]["code"].string == code, "\(export)")
                #expect(!(export["error"]["message"].string ?? "").contains("Vogelsang"))
                // Not before five seconds are over, then after ten, then no more.
                await service.export(to: destination, at: start.addingTimeInterval(4))
                #expect(archive.received.count == 1)
                await service.export(to: destination, at: start.addingTimeInterval(6))
                await service.export(to: destination, at: start.addingTimeInterval(15))
                #expect(archive.received.count == 2)
                await service.export(to: destination, at: start.addingTimeInterval(17))
                #expect(archive.received.count == 3)
                export = try await service.get("\(address)/export").json
                #expect(export["state"] == "failed" && export["attempts"] == 3 && export["due_at"].isNull, "\(export)")
                await service.export(to: destination, at: start.addingTimeInterval(1e6))
                #expect(archive.received.count == 3)
            }
        }
    }

    @Test func anArchiveThatIsSlowOrAwayIsWaitedFor() async throws {
        let never = AsyncStream<Void>.makeStream()
        let archive = FakeArchive { _ in
            for await _ in never.stream {}
            return (200, "{}")
        }
        try await archive.listening { url in
            try await TestService.with { service in
                let address = try await service.explained(DICOMObject.cine(frames: 9))
                let start = Date()
                await service.export(to: Self.archive(url, seconds: 1), at: start)
                var export = try await service.get("\(address)/export").json
                #expect(export["error"]["code"] == "archive.unreachable", "\(export)")
                #expect(export["error"]["message"].string?.contains("too long") == true, "\(export)")
                // Nobody has port 1.
                await service.export(to: Self.archive("http://127.0.0.1:1"), at: start.addingTimeInterval(6))
                export = try await service.get("\(address)/export").json
                #expect(export["error"]["message"].string?.contains("nobody answers") == true, "\(export)")
                #expect(export["state"] == "waiting" && export["attempts"] == 2)
            }
            never.continuation.finish()
        }
    }

    @Test func orthancsOwnInterfaceIsSpoken() async throws {
        let archive = FakeArchive { _ in (200, "{\"ID\":\"a\",\"Status\":\"AlreadyStored\"}") }
        try await archive.listening { url in
            try await TestService.with { service in
                let address = try await service.explained(DICOMObject.cine(frames: 9))
                await service.export(to: Self.archive(url, .orthanc), at: Date())
                #expect(try await service.get("\(address)/export").json["state"] == "stored")
                #expect(archive.received.map(\.path) == ["/instances", "/instances"])
                #expect(archive.received.first?.body == (try await service.get("\(address)/dicom").body))
            }
        }
    }

    @Test func withoutAnArchiveObjectsAreKept() async throws {
        try await TestService.with { service in
            let address = try await service.explained(DICOMObject.cine(frames: 9))
            await service.export(to: nil, at: Date())
            let export = try await service.get("\(address)/export").json
            #expect(export["state"] == "kept" && export["objects"].array?.count == 2)
            #expect(try service.keptFiles().allSatisfy { !$0.hasPrefix("upload-") })
        }
    }

    @Test func otherVideosHaveNothingForAnArchive() async throws {
        try await TestService.with { service in
            let request = try await service.tinyRequest().with("space", "pixels")
            let waiting = try #require(try await service.post("/v1/explanations", request).header("Location"))
            #expect(try await service.get("\(waiting)/export").code == "explanation.not-finished")
            try await service.working {
                let address = try #require(try await service.explained(request)["links"]["self"].string)
                #expect(try await service.get("\(address)/export").code == "export.not-found")
                #expect(try await service.post("\(address)/export", .object([:])).code == "export.not-found")
            }
            #expect(try await service.get("/v1/explanations/exp_x/export").code == "explanation.not-found")
        }
    }
}
