import Evaluation
import Foundation
import HTTPTypes
import Models
import Store
import Tensors
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

    @Test func theSelfTestSaysPassOrFailForEachProperty() async throws {
        try await TestService.with { service in
            let queued = try await service.post("/v1/evaluations", ["quick": true])
            let address = try #require(queued.header("Location"))
            let total = MovingShapesTask.allCases.count * (SelfTest.clips + 1)
            #expect(try queued.json["plan"]["quick"].bool == true && queued.json["progress"]["total"].int == total)
            // What a run left that ended behind the last clip: one clip was measured here, and stands for all.
            let id = try #require(try service.store.nextEvaluation()).id
            for (index, task) in MovingShapesTask.allCases.enumerated() {
                let test = try SelfTest(task.model.load(), task: task, parallelism: Parallelism(threads: 2))
                var findings = try test.findings(clip: 0) {}
                for clip in 0..<SelfTest.clips {
                    findings.clip = clip
                    try service.store.addFindings(
                        String(decoding: JSONEncoder().encode(findings), as: UTF8.self), evaluation: id,
                        subject: index, clip: clip)
                }
            }
            var document: JSON = .null
            try await service.evaluating {
                repeat {
                    document = try await service.get(address).json
                    await Task.yield()
                } while !["succeeded", "failed"].contains(document["state"].string)
            }
            #expect(document["state"].string == "succeeded" && document["progress"]["completed"].int == total)
            let properties = document["self_test"]["properties"].array ?? []
            let passed = properties.map { $0["passed"].bool == true }
            #expect(properties.count == 25 && passed.filter { $0 }.count > 12)
            #expect(document["self_test"]["passed"].bool == passed.allSatisfy { $0 })
            for property in properties where property["name"].string?.contains("bit for bit") == true {
                #expect(property["passed"].bool == true && property["measured"].string == "1")
            }
            let report = try await service.get("\(address)/report").text
            #expect(report.contains("## Self-test: \(passed.contains(false) ? "failed" : "passed")"))
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
