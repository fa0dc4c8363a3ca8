import HTTPTypes
import Pipelines
import Testing

/// The service about itself, and what holds for every address.
struct OperationTests {
    @Test(arguments: Transport.allCases) func theIndexLeadsOn(_ transport: Transport) async throws {
        try await TestService.with(transport) { service in
            let index = try await service.get("/").json
            #expect(index["notice"].string == SoftwareVersion.notice)
            for (name, link) in try #require(index["links"].object) {
                #expect(try await service.get(#require(link.string)).status == 200, "\(name)")
            }
            let version = try await service.get("/version").json
            #expect(version["name"] == "cinegrad" && version["version"].string == SoftwareVersion.current)
            #expect(try await service.get("/healthz").json == ["status": "ok"])
            #expect(try await service.get("/readyz").json["explanations"]["queued"] == 0)
        }
    }

    @Test func whatNeverChangesHasValidators() async throws {
        try await TestService.with { service in
            for path in ["/openapi.yaml", "/sample.mp4"] { try await service.expectValidators(path, [:]) }
        }
    }

    @Test(arguments: Transport.allCases) func headIsGetWithoutItsBody(_ transport: Transport) async throws {
        try await TestService.with(transport) { service in
            let video = try await service.sampleVideo()
            let paths = [
                "/", "/healthz", "/readyz", "/version", "/openapi.yaml", "/sample.mp4", "/v1/videos", "/v1/models",
                "/v1/explanations", "/v1/videos/\(video)", "/v1/videos/\(video)/content",
                "/v1/videos/\(video)/frames/0", "/v1/models/moving-shapes-sides", "/v1/videos/none", "/none",
            ]
            for path in paths {
                let get = try await service.get(path)
                let head = try await service.request(.head, path, headers: [:], body: [])
                #expect(head.status == get.status && head.mediaType == get.mediaType, "\(path)")
                #expect(head.header("ETag") == get.header("ETag"), "\(path)")
                if transport == .socket {
                    #expect(head.body.isEmpty && head.header("Content-Length") == String(get.body.count), "\(path)")
                }
            }
        }
    }

    @Test func answersAreNotKeptByCaches() async throws {
        try await TestService.with { service in
            for path in ["/v1/videos", "/v1/explanations", "/healthz", "/none", "/v1/videos/none"] {
                let answer = try await service.get(path)
                #expect(answer.header("Cache-Control") == "no-store", "\(path)")
            }
            let sample = try await service.get("/sample.mp4")
            #expect(sample.header("Cache-Control")?.contains("max-age") == true)
        }
    }
}
