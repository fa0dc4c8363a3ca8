import Foundation
import HTTPTypes
import Testing

/// Evaluations, from the request to the report.
struct EvaluationTests {
    private static let request: JSON = [
        "model": "moving-shapes-angle", "examples": 1, "methods": ["gradient"], "curve_clips": 0,
    ]

    @Test func aFinishedOneHasTablesReportAndFigure() async throws {
        try await TestService.with { service in
            let queued = try await service.post("/v1/evaluations", Self.request)
            #expect(queued.status == 202)
            let address = try #require(queued.header("Location"))
            #expect(try queued.json["state"].string == "queued")
            #expect(try await service.get("\(address)/report").code == "evaluation.not-finished")
            #expect(try await service.get("\(address)/figure").code == "evaluation.not-finished")
            var document: JSON = .null
            try await service.evaluating {
                repeat {
                    document = try await service.get(address).json
                    await Task.yield()
                } while !["succeeded", "failed"].contains(document["state"].string)
            }
            #expect(document["state"].string == "succeeded", "\(document["error"])")
            #expect(document["progress"]["completed"].int == 1)
            let table = document["tables"].array?.first ?? .null
            #expect(table["task"].string == "angle" && table["clips"].int == 1)
            #expect(table["rows"].array?.first?["title"].string == "vanilla/x")
            let report = try await service.get("\(address)/report")
            #expect(report.mediaType == "text/markdown" && report.text.contains("| vanilla/x |"))
            let figure = try await service.get("\(address)/figure")
            #expect(figure.mediaType == "image/png" && figure.body.starts(with: [0x89, 0x50, 0x4E, 0x47]))
            #expect(try await service.get("/v1/evaluations").json["items"].array?.count == 1)
            #expect(try await service.delete(address).status == 204)
            #expect(try await service.get(address).code == "evaluation.not-found")
        }
    }

    @Test func oneThatWaitsIsCancelled() async throws {
        try await TestService.with { service in
            let address = try #require(
                try await service.post("/v1/evaluations", Self.request).header("Location"))
            let cancelled = try await service.delete(address)
            #expect(cancelled.status == 200)
            #expect(try cancelled.json["state"].string == "cancelled")
            #expect(try await service.get("\(address)/report").code == "evaluation.not-finished")
            #expect(try await service.delete(address).status == 204)
        }
    }
}
