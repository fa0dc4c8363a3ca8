import Foundation
import Glibc
import HTTPServer
import HTTPTypes
import Jobs
import Logging
import TestSupport
import Testing

/// What the service does when a job has ended: it tells of it, and does not keep it for ever.
struct LeavingTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func anEndIsToldEvenAfterARestart() async throws {
        let secret = directory.url.appending(path: "secret")
        try Data("0123456789abcdef0123456789abcdef\n".utf8).write(to: secret)
        let (requests, arrived) = AsyncStream.makeStream(of: String.self)
        let listener = Listener(
            configuration: ServerConfiguration(host: "127.0.0.1", port: 0, limits: ServerLimits()),
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            responder: { request in
                let body = (try? await request.body.collect(upTo: 1 << 20)) ?? []
                arrived.yield(String(decoding: body, as: UTF8.self))
                return Response(status: .noContent, headers: [:], body: .empty)
            }, refusal: { Response(status: $0.status, headers: [:], body: .empty) })
        let address = try await listener.start()
        let origin = "http://127.0.0.1:\(address.port)"
        // The first run has a secret and an origin to check addresses by, and is killed before the job has ended.
        let environment = ["CINEGRAD_WEBHOOKS_ALLOW": origin, "CINEGRAD_WEBHOOKS_SECRET_FILE": secret.path]
        var service = try await ServiceProcess.start(in: directory, environment: environment)
        let video = try await service.videoID(of: RealClip.shared.value.url)
        let request = #"{"video":"\#(video)","model":"moving-shapes-sides","method":"gradient","checks":[]}"#
        let refused = try await service.post(
            "/v1/explanations?webhook=http://127.0.0.1:1/", json: request, expecting: 422)
        #expect(try refused.decoded(as: ProblemBody.self).code == "webhook.not-allowed")
        let job = try await service.post("/v1/explanations?webhook=\(origin)/done", json: request, expecting: 202)
            .decoded(as: ExplanationBody.self)
        service.child.send(SIGKILL)
        #expect(await service.child.ending() == .signal(SIGKILL))
        service = try await ServiceProcess.start(in: directory, environment: environment)
        var told: String?
        for await body in requests {
            told = body
            break
        }
        #expect(told?.contains(job.id) == true && told?.contains("succeeded") == true)
        #expect(await service.stop() == .exit(0))
        await listener.shutdown(within: .seconds(10))
    }

    @Test func webhooksTakeASecret() async throws {
        let short = directory.url.appending(path: "short")
        try Data("secret".utf8).write(to: short)
        let allow = ["CINEGRAD_WEBHOOKS_ALLOW": "https://a.example"]
        for (file, reason) in [
            (nil, "set webhooks.secret-file"), ("/nowhere/secret", "cannot be read"), (short.path, "fewer than 32"),
        ] {
            let environment = allow.merging(file.map { ["CINEGRAD_WEBHOOKS_SECRET_FILE": $0] } ?? [:]) { $1 }
            let (ending, _, errors) = try await BuiltBinary.end(
                ["serve", "--port", "0", "--data-directory", directory.url.appending(path: "data").path],
                environment: environment, in: directory)
            #expect(ending == .exit(1) && errors.contains(reason), "\(errors)")
        }
    }

    @Test func whatTakesTooMuchRoomIsGoneAfterAStart() async throws {
        var service = try await ServiceProcess.start(in: directory, environment: [:])
        let video = try await service.videoID(of: RealClip.shared.value.url)
        let explanation = try await service.explain(
            video, #""model":"moving-shapes-sides","method":"gradient","checks":[]"#)
        #expect(await service.stop() == .exit(0))
        service = try await ServiceProcess.start(in: directory, environment: ["CINEGRAD_RETENTION_BYTES": "1"])
        // It deletes beside its first requests.
        var isGone = false
        for _ in 0..<10_000 where !isGone {
            let list = try await service.document("/v1/explanations", as: ExplanationListBody.self)
            isGone = list.items.isEmpty
        }
        #expect(isGone)
        try await service.get("/v1/explanations/\(explanation.id)", accept: "application/json", expecting: 404)
        #expect(await service.stop() == .exit(0))
        #expect(service.logText.contains("old results were deleted"))
    }
}
