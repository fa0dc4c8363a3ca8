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
            #expect(items[0]["output_count"] == 3 && items[1]["output_count"] == 2)
            #expect(items[0]["operators"] == ["convolution3D": 8, "relu": 8, "mean": 1, "linear": 1])
            #expect(items[0]["format"] == "safetensors" && items[0]["precision"] == ["F32"])
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
                    "range": [0, 1], "mean": [0, 0, 0], "std": [1, 1, 1], "preparation": "region",
                ])

            #expect(model["output_count"] == 4 && model["format"] == "safetensors" && model["precision"] == ["F32"])
            #expect(model["operators"] == ["convolution3D": 21, "add": 4, "relu": 18, "mean": 1, "linear": 1])
            // 109,908 bytes of file less its header, at four bytes each, less the running statistics.
            #expect((20_000...27_000).contains(model["parameters"].int ?? 0))
            let cost = model["cost"]
            #expect((cost["forward_flops"].int ?? 0) > 0 && (cost["backward_flops"].int ?? 0) > 0)
            #expect((cost["pass_bytes"].int ?? 0) > 3 * 8 * 32 * 40 * 4 && cost["threads"] == 2)

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

    @Test func anONNXModelIsRegisteredAndExplained() async throws {
        try await TestService.with { service in
            let manifest: JSON = [
                "name": "transformer", "architecture": "onnx", "task": "classification",
                "input": [
                    "frames": 4, "height": 32, "width": 32, "range": [0, 255], "mean": [127.5, 127.5, 127.5],
                    "std": [64, 64, 64],
                ],
            ]
            let file = Array(try Data(contentsOf: fixture("onnx/networks/vit_tubelet_dynamo.onnx")))
            let created = try await service.post(
                "/v1/models", parts: [.json("manifest", manifest), .file("checkpoint", file)])
            let model = try created.json
            #expect(created.status == 201 && model["architecture"] == "onnx" && model["input"]["layout"] == "NCTHW")
            let video = try await service.sampleVideo()
            var request: JSON = [
                "video": .string(video), "model": "transformer", "samples": 2, "target": ["output": [0, 3]],
            ]
            try await service.working {
                let explanation = try await service.explained(request)
                #expect(explanation["state"] == "succeeded")
                #expect(explanation["prediction"]["scores"].array?.count == 5)
                #expect(explanation["target"]["definition"]["output"] == 3)
                let maps = try #require(explanation["checks"]["randomisation"]["maps"].array)
                #expect(maps.count == 4 && maps.allSatisfy { abs($0["all_weights"]["spearman"].double ?? 1) < 0.3 })
                let link = try #require(explanation["links"]["map_error"].string)
                #expect(try await service.get(link, accept: "application/x-npy").body.count > 3 * 3 * 32 * 32 * 4)
            }
            // Its tubelets are for four frames.
            request["clip"] = ["frames": 8]
            let refused = try await service.post("/v1/explanations", request)
            #expect(refused.status == 422 && refused.code == "model.unusable-input")
            request["clip"] = ["frames": 4]
            request["target"] = ["output": [0, 5]]
            #expect(try await service.post("/v1/explanations", request).code == "target.unknown-output")
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
}
