import Foundation
import HTTPTypes
import Models
import TestSupport
import Testing

struct ModelTests {
    @Test func bundledModelsAreListedAndStay() async throws {
        try await TestService.with { service in
            let items = try #require(try await service.get("/v1/models").json["items"].array)
            #expect(items.map { $0["name"].string } == BundledModel.allCases.map(\.rawValue))
            for (item, model) in zip(items, BundledModel.allCases) {
                #expect(item["id"].string == model.rawValue && item["is_bundled"] == true)
                #expect(item["sha256"].string == model.sha256)
                #expect(item["input"]["frames"] == 32 && item["input"]["height"] == 112)
                #expect(try await service.get("/v1/models/\(model.rawValue)").json == item)
                let refused = try await service.delete("/v1/models/\(model.rawValue)")
                #expect(refused.status == 409 && refused.code == "model.bundled")
            }
            #expect(items[0]["labels"] == ["3 sides", "4 sides", "5 sides"])
            #expect(items[1]["outputs"] == [["name": "cos", "unit": ""], ["name": "sin", "unit": ""]])
        }
    }

    @Test(arguments: Transport.allCases) func aModelIsRegisteredOnce(_ transport: Transport) async throws {
        try await TestService.with(transport) { service in
            let parts = try TinyModel.parts(TinyModel.manifest)
            let created = try await service.post("/v1/models", parts: parts)
            let model = try created.json
            let id = try #require(model["id"].string)
            #expect(created.status == 201 && created.header("Location") == "/v1/models/\(id)")
            #expect(model["name"] == "tiny" && model["task"] == "classification" && model["is_bundled"] == false)
            #expect(model["labels"] == ["circle", "square", "star", "none"])
            #expect(model["bytes"].int == (try TinyModel.checkpoint().count))
            #expect(
                model["input"] == [
                    "frames": 8, "period": 1, "height": 32, "width": 40, "layout": "NCTHW", "channels": "RGB",
                    "range": [0, 1], "mean": [0, 0, 0], "std": [1, 1, 1],
                ])

            let again = try await service.post("/v1/models", parts: parts.reversed())
            #expect(again.status == 200)
            #expect(try again.json == model)
            for name in [id, "tiny"] { #expect(try await service.get("/v1/models/\(name)").json == model) }
            #expect(try await service.get("/v1/models").json["items"].array?.last == model)

            #expect(try await service.delete("/v1/models/tiny").status == 204)
            for name in [id, "tiny"] {
                let gone = try await service.get("/v1/models/\(name)")
                #expect(gone.status == 404 && gone.code == "model.not-found")
            }
            #expect(try await service.delete("/v1/models/\(id)").status == 404)
            #expect(try service.keptFiles() == [])
        }
    }

    @Test func aNameStandsForOneModel() async throws {
        try await TestService.with { service in
            _ = try await service.tinyModel()
            let kept = try service.keptFiles()
            var other = TinyModel.manifest
            other["licence"] = "CC0-1.0"
            var bundled = TinyModel.manifest
            bundled["name"] = .string(BundledModel.sides.rawValue)
            for manifest in [other, bundled] {
                let answer = try await service.post("/v1/models", parts: TinyModel.parts(manifest))
                #expect(answer.status == 409 && answer.code == "model.name-taken")
            }
            #expect(try service.keptFiles() == kept)
        }
    }

    @Test func aModelInUseStays() async throws {
        try await TestService.with { service in
            let explanation = try await service.post("/v1/explanations", try await service.tinyRequest()).json
            let refused = try await service.delete("/v1/models/tiny")
            #expect(refused.status == 409 && refused.code == "resource.in-use")
            _ = try await service.delete(#require(explanation["links"]["self"].string))
            #expect(try await service.delete("/v1/models/tiny").status == 204)
        }
    }

    /// A change of manifest or checkpoint, the code that it meets, and what the text names.
    struct Misfit: Sendable, CustomTestStringConvertible {
        let code: String
        let names: String
        var change: @Sendable (inout JSON, inout CheckpointFile) throws -> Void
        var testDescription: String { "\(code) \(names)" }
    }

    static let misfits = [
        Misfit(code: "checkpoint.missing-parameter", names: "layer2.1.conv1.0.0.weight") { manifest, _ in
            manifest["architecture"]["blocks"] = [1, 2, 1, 1]
        },
        Misfit(code: "checkpoint.missing-parameter", names: "fc.weight") { _, checkpoint in
            checkpoint.rename("fc.weight", to: "head.weight")
        },
        Misfit(code: "checkpoint.missing-parameter", names: "strip_prefix") { _, checkpoint in
            checkpoint.prefixAll("net.")
        },
        Misfit(code: "checkpoint.unexpected-parameter", names: "extra.bias") { _, checkpoint in
            checkpoint.append("extra.bias", [0.5])
        },
        Misfit(code: "checkpoint.wrong-shape", names: "fc.weight") { _, checkpoint in
            checkpoint.reshape("fc.weight", [2, 32])
        },
        Misfit(code: "checkpoint.wrong-shape", names: "stem.0.weight") { manifest, _ in
            manifest["architecture"]["stem"] = 7
        },
        Misfit(code: "checkpoint.not-finite", names: "fc.bias") { _, checkpoint in checkpoint.spoil("fc.bias") },
        Misfit(code: "model.wrong-outputs", names: "4") { manifest, _ in manifest["labels"] = ["a", "b", "c"] },
        Misfit(code: "model.invalid-manifest", names: "architecture.depth") { manifest, _ in
            manifest["architecture"]["depth"] = 18
        },
        Misfit(code: "model.invalid-manifest", names: "r2plus1d_34") { manifest, _ in
            manifest["architecture"] = "r2plus1d_34"
        },
        Misfit(code: "model.invalid-manifest", names: "input.frames") { manifest, _ in
            manifest["input"]["frames"] = 0
        },
        Misfit(code: "model.invalid-manifest", names: "name") { manifest, _ in manifest["name"] = "a b" },
        Misfit(code: "checkpoint.unknown-format", names: "safetensors") { _, checkpoint in
            checkpoint.tail = Array("PK".utf8)
            checkpoint.header = nil
        },
    ]

    @Test(arguments: misfits) func whatDoesNotFitIsRefusedByName(_ misfit: Misfit) async throws {
        try await TestService.with { service in
            var (manifest, checkpoint) = (TinyModel.manifest, try CheckpointFile(TinyModel.checkpoint()))
            try misfit.change(&manifest, &checkpoint)
            let parts: [FormBody.Part] = [
                try .json("manifest", manifest), .file("checkpoint", try checkpoint.bytes),
            ]
            let answer = try await service.post("/v1/models", parts: parts)
            #expect(answer.status == 422 && answer.code == misfit.code, "\(answer.text)")
            #expect(answer.detail.contains(misfit.names), "\(answer.detail)")
            #expect(try service.keptFiles() == [])
        }
    }

    @Test func aPrefixIsTakenOff() async throws {
        try await TestService.with { service in
            var (manifest, checkpoint) = (TinyModel.manifest, try CheckpointFile(TinyModel.checkpoint()))
            checkpoint.prefixAll("net.")
            manifest["strip_prefix"] = "net."
            let parts: [FormBody.Part] = [
                .file("checkpoint", try checkpoint.bytes), try .json("manifest", manifest),
            ]
            #expect(try await service.post("/v1/models", parts: parts).status == 201)
        }
    }

    @Test func hostileCheckpointsAreRefused() async throws {
        let directory = fixture("checkpoints/hostile")
        let files = try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
        #expect(files.count >= 11)
        try await TestService.with { service in
            for file in files {
                let parts: [FormBody.Part] = [
                    try .json("manifest", TinyModel.manifest),
                    .file("checkpoint", Array(try Data(contentsOf: file))),
                ]
                let answer = try await service.post("/v1/models", parts: parts)
                #expect(answer.status == 422, "\(file.lastPathComponent)")
                #expect(answer.code?.hasPrefix("checkpoint.") == true, "\(file.lastPathComponent): \(answer.text)")
            }
            #expect(try service.keptFiles() == [])
        }
    }

    @Test func malformedFormsAreRefusedAndNotKept() async throws {
        try await TestService.with { service in
            let manifest = try FormBody.Part.json("manifest", TinyModel.manifest)
            let checkpoint = FormBody.Part.file("checkpoint", try TinyModel.checkpoint())
            let forms: [(Int, String, [FormBody.Part])] = [
                (400, "request.missing-part", []), (400, "request.missing-part", [manifest]),
                (400, "request.missing-part", [checkpoint]),
                (400, "request.unknown-part", [manifest, checkpoint, .text("licence", "MIT")]),
                (400, "request.repeated-part", [checkpoint, manifest, checkpoint]),
                (422, "model.invalid-manifest", [.text("manifest", "{"), checkpoint]),
                (413, "request.too-large", [checkpoint, .file("manifest", Array(repeating: 32, count: 1 << 20 + 1))]),
            ]
            for (status, code, parts) in forms {
                let answer = try await service.post("/v1/models", parts: parts)
                #expect(answer.status == status && answer.code == code, "\(answer.text)")
            }
            let json = try await service.post("/v1/models", TinyModel.manifest)
            #expect(json.status == 415 && json.code == "request.unsupported-media-type")
            let none = try await service.request(.post, "/v1/models", headers: [:], body: [])
            #expect(none.status == 415 && none.code == "request.unsupported-media-type")
            #expect(try service.keptFiles() == [])
        }
    }
}
