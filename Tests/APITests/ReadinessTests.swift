import API
import Foundation
import Jobs
import Logging
import Pipelines
import Store
import TestSupport
import Testing

/// `/readyz`, `/metrics` and what ties a request to its records.
struct ReadinessTests {
    private struct Fixture {
        let directory = try? TemporaryDirectory()
        let store: Store
        let library: ModelLibrary

        init() throws {
            store = try Store(directory: #require(directory).url)
            library = ModelLibrary(store: store, cacheBytes: 1 << 20)
        }

        func failures(workers: Int, reserve: Int) -> [ReadinessCheck.Subject: String] {
            let probe = ReadinessProbe(
                store: store, library: library, workers: workers, status: { WorkerStatus() }, reserve: reserve)
            return Dictionary(
                uniqueKeysWithValues: probe.checks().compactMap { check in check.failure.map { (check.subject, $0) } })
        }
    }

    @Test func nothingIsWrongWithANewStore() throws {
        let fixture = try Fixture()
        #expect(fixture.failures(workers: 0, reserve: 0).isEmpty)
        // The trial leaves nothing behind.
        let incoming = try #require(fixture.directory).url.appending(path: "incoming")
        #expect(try FileManager.default.contentsOfDirectory(atPath: incoming.path).isEmpty)
    }

    @Test func missingRoomAndMissingWorkersAreNamed() throws {
        let failures = try Fixture().failures(workers: 2, reserve: .max)
        #expect(Set(failures.keys) == [.disk, .workers])
        #expect(failures[.disk]?.contains("\(Int.max) should be") == true)
        #expect(failures[.workers] == "0 of 2 run")
    }

    @Test func aCheckpointThatIsGoneIsNamed() throws {
        let fixture = try Fixture()
        let upload = try fixture.store.beginUpload()
        try upload.write([1, 2, 3])
        let content = try upload.finish()
        let model = try fixture.store.addModel(name: "m", checkpoint: content, manifest: "{}", facts: "{}", owner: "")
            .record
        #expect(fixture.failures(workers: 0, reserve: 0).isEmpty)
        try Data([1]).write(to: content.url)
        let failures = fixture.failures(workers: 0, reserve: 0)
        #expect(failures == [.models: "the checkpoint of \(model.id) is missing or cut"])
    }

    @Test func aDirectoryThatIsGoneIsNoDisk() throws {
        let fixture = try Fixture()
        try FileManager.default.removeItem(at: #require(fixture.directory).url.appending(path: "incoming"))
        #expect(fixture.failures(workers: 0, reserve: 0)[.disk] == "it cannot be written to")
    }

    @Test(arguments: Transport.allCases) func numbersFollowTheRequests(_ transport: Transport) async throws {
        try await TestService.with(transport) { service in
            for _ in 0..<3 { #expect(try await service.get("/healthz").status == 200) }
            #expect(try await service.get("/v1/videos/patient").status == 404)
            #expect(try await service.get("/nowhere/patient").status == 404)
            let answer = try await service.get("/metrics")
            #expect(answer.status == 200 && answer.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
            let lines = Set(answer.text.split(separator: "\n").map(String.init))
            #expect(lines.contains(#"cinegrad_http_requests_total{method="GET",route="/healthz",status="200"} 3"#))
            let unknown = #"cinegrad_http_requests_total{method="GET",route="/v1/videos/{id}",status="404"} 1"#
            #expect(lines.contains(unknown))
            #expect(lines.contains(#"cinegrad_http_requests_total{method="GET",route="none",status="404"} 1"#))
            #expect(lines.contains(#"cinegrad_http_request_duration_seconds_count{method="GET",route="/healthz"} 3"#))
            #expect(lines.contains(#"cinegrad_explanations{state="queued"} 0"#))
            for subject in ReadinessCheck.Subject.allCases {
                #expect(lines.contains("cinegrad_ready{subject=\"\(subject.rawValue)\"} 1"))
            }
            #expect(lines.contains { $0.hasPrefix("cinegrad_build_info{version=\"\(SoftwareVersion.current)\"") })
            #expect(!answer.text.contains("patient"))
            // Each family is described once, before its lines.
            let families = answer.text.matches(of: /(?m)^# TYPE (\S+) (counter|gauge|histogram)$/).map { String($0.1) }
            #expect(families.count == Set(families).count && families.count > 15)
            #expect(try await service.get("/metrics", accept: "application/json").status == 406)
        }
    }

    @Test func answersCarryTheRequestsId() async throws {
        try await TestService.with { service in
            func id(_ sent: String?) async throws -> String? {
                var headers: [String: String] = [:]
                headers["X-Request-Id"] = sent
                return try await service.rawRequest("/healthz", fields: headers).header("X-Request-Id")
            }
            let (kept, made, replaced) = (
                try await id("0af7651916cd43dd8448eb211c80319c"), try await id(nil), try await id("Meier-1955-01-01")
            )
            #expect(kept == "0af7651916cd43dd8448eb211c80319c")
            for id in [made, replaced] { #expect(id?.wholeMatch(of: /[0-9a-f]{32}/) != nil) }
            #expect(made != replaced)
        }
    }
}
