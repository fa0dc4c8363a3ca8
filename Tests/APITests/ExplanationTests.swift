import Foundation
import HTTPTypes
import Store
import Testing

/// From a request to a report.
struct ExplanationTests {
    @Test(arguments: Transport.allCases) func aRequestBecomesAReport(_ transport: Transport) async throws {
        try await TestService.with(transport) { service in
            var request = try await service.tinyRequest()
            request["method"] = "smoothgrad"
            request["samples"] = 4
            request["checks"] = ["randomisation"]
            try await service.working {
                let explanation = try await service.explained(request)
                let address = try #require(explanation["links"]["self"].string)
                #expect(explanation["state"] == "succeeded" && explanation["attempts"] == 1)
                #expect(explanation["request"] == request)
                #expect(explanation["video"] == request["video"] && explanation["model"] == request["model"])
                #expect(explanation["progress"] == ["completed": 12, "total": 12, "fraction": 1])
                #expect(explanation["notice"] == "Research use only. Not for diagnosis.")

                let prediction = explanation["prediction"]
                let scores = try #require(prediction["scores"].array).compactMap(\.double)
                let output = try #require(prediction["output"].int)
                #expect(scores.count == 4 && scores[output] == scores.max())
                #expect(prediction["label"] == TinyModel.manifest["labels"][output])
                #expect(explanation["target"]["definition"] == ["output": .number(Double(output))])
                let shares = explanation["shares"]
                let sum = ["appearance", "motion", "residual"].reduce(0) { $0 + (shares[$1].double ?? .nan) }
                #expect(abs(sum - 1) < 1e-9)
                #expect(!shares["standard_errors"].isNull)
                #expect((explanation["fidelity"]["reconstruction_error"].double ?? 1) < 1e-3)
                #expect(explanation["checks"]["randomisation"]["maps"].array?.count == 4)
                #expect(explanation["maps"].column("kind") == ["pixels", "first_frame", "flow", "error"])
                #expect(explanation["provenance"]["method"]["samples"] == 4)
                #expect(explanation["provenance"]["clip"]["source_frames"] == [0, 1, 2, 3, 4, 5, 6, 7])

                #expect(try await service.get(address).json == explanation)
                #expect(try await service.get("\(address)?wait=300").json == explanation)
                for (name, link) in try #require(explanation["links"].object) {
                    #expect(try await service.get(#require(link.string)).status == 200, "\(name)")
                }
                #expect(try await service.delete(address).status == 204)
                #expect(try await service.get(address).code == "explanation.not-found")
            }
        }
    }

    @Test(arguments: Transport.allCases) func aDryRunTellsTheCostAndQueuesNothing(_ transport: Transport) async throws {
        try await TestService.with(transport) { service in
            var request = try await service.tinyRequest()
            request["method"] = "smoothgrad"
            request["samples"] = 3
            let files = try service.keptFiles()
            let dry = try await service.post("/v1/explanations?wait=300", request.with("dry_run", true))
            #expect(dry.status == 200 && dry.header("Location") == nil)
            let cost = try dry.json["cost"]
            #expect(try dry.json["model"] == request["model"] && dry.json["fits"] == true)
            #expect(try dry.json["limit_bytes"].int == 1 << 29)
            #expect(cost["passes"] == 4 && cost["basis"] == "standard" && cost["threads"] == 2)
            #expect(try await service.get("/v1/explanations").json["items"] == [])

            // Without a video, and with one that is not kept.
            let bare: JSON = ["model": request["model"], "samples": 3, "checks": [], "dry_run": true]
            #expect(try await service.post("/v1/explanations", bare).json["cost"] == cost)
            let form: [FormBody.Part] = [.file("video", [1, 2, 3]), try .json("request", bare)]
            #expect(try await service.post("/v1/explanations", parts: form).json["cost"] == cost)
            #expect(try service.keptFiles() == files)

            // What does not fit is told, not refused; the job itself is refused.
            let long = bare.with("clip", ["frames": 4096, "padding": "black"])
            let large = try await service.post("/v1/explanations", long).json
            #expect(large["fits"] == false && (large["cost"]["bytes"].int ?? 0) > 1 << 29)
            let refused = try await service.post(
                "/v1/explanations", long.with("dry_run", false).with("video", request["video"]))
            #expect(refused.code == "explanation.too-much-memory")
            #expect(refused.text.contains("\(large["cost"]["bytes"].int ?? 0)"))
            #expect(try await service.get("/v1/explanations").json["items"] == [])

            try await service.working {
                let explanation = try await service.explained(request)
                #expect(explanation["request"] == request)
                let spent = explanation["cost"]
                for amount in ["passes", "flops", "bytes"] {
                    #expect(spent["estimate"][amount] == cost[amount])
                }
                #expect(spent["actual"]["flops"] == cost["flops"])
                #expect((spent["actual"]["bytes"].int ?? .max) <= (cost["bytes"].int ?? 0))
                let next = try await service.post("/v1/explanations", bare).json["cost"]
                #expect(next["basis"] == "model" && next["flops_per_second"] == spent["flops_per_second"])
            }
        }
    }

    @Test func pixelsHaveOneMapAndNoShares() async throws {
        try await TestService.with { service in
            var request = try await service.tinyRequest()
            request["space"] = "pixels"
            request["target"] = ["difference": [2, 0]]
            request["clip"] = ["start": 4, "frames": 6, "period": 3, "padding": "repeat_last"]
            try await service.working {
                let explanation = try await service.explained(request)
                #expect(explanation["maps"].array?.count == 1)
                #expect(explanation["maps"][0]["shape"] == [3, 6, 32, 40])
                #expect(explanation["shares"].isNull && explanation["fidelity"].isNull)
                #expect(explanation["provenance"]["flow"].isNull)
                #expect(explanation["target"]["definition"] == ["difference": [2, 0]])
                #expect(explanation["provenance"]["clip"]["source_frames"] == [4, 7, 10, 13, 16, 19])
                #expect(explanation["checks"] == [:])
            }
        }
    }

    @Test func theSameRequestGivesTheSameNumbers() async throws {
        try await TestService.with { service in
            var request = try await service.tinyRequest()
            request["method"] = "smoothgrad"
            request["samples"] = 3
            try await service.working {
                func bytes(seed: Int) async throws -> [UInt8] {
                    request["seed"] = .number(Double(seed))
                    let link = try await service.explained(request)["links"]["map_flow"].string
                    return try await service.get("\(#require(link))?format=npy").body
                }
                let first = try await bytes(seed: 7)
                #expect(try await bytes(seed: 7) == first)
                #expect(try await bytes(seed: 8) != first)
            }
        }
    }

    @Test(arguments: Transport.allCases) func theVideoCanComeAlong(_ transport: Transport) async throws {
        try await TestService.with(transport) { service in
            let sample = try await service.sample()
            _ = try await service.tinyModel()
            let settings: JSON = ["model": "tiny", "method": "gradient", "space": "pixels", "checks": []]
            let forms: [[FormBody.Part]] = [
                [.file("video", sample), .text("model", "tiny")],
                [try .json("request", settings), .file("video", sample)],
                [
                    try .json("request", settings.without("model")), .text("model", "tiny"), .file("video", sample),
                ],
            ]
            var videos: Set<JSON> = []
            for parts in forms {
                let answer = try await service.post("/v1/explanations", parts: parts)
                #expect(answer.status == 202, "\(answer.text)")
                videos.insert(try answer.json["request"]["video"])
            }
            #expect(videos.count == 1)
            #expect(try await service.get("/v1/videos").json["items"].array?.count == 1)
            let stored = try #require(videos.first)
            let answer = try await service.post(
                "/v1/explanations",
                parts: [try .json("request", ["video": stored, "model": "tiny"])])
            #expect(answer.status == 202)
        }
    }

    @Test func aFormsModelMayStandInTheAddress() async throws {
        try await TestService.with { service in
            let video = FormBody.Part.file("video", try await service.sample())
            _ = try await service.tinyModel()
            let address = "/v1/explanations?model=tiny"
            let answer = try await service.post(address, parts: [video])
            #expect(answer.status == 202, "\(answer.text)")
            let settings = try FormBody.Part.json("request", ["method": "gradient", "checks": []])
            #expect(
                try await service.post(address, parts: [settings, video]).json["request"]["model"].string == "tiny")
            let stored = try answer.json["request"]["video"]
            for refused in [
                try await service.post(address, parts: [video, .text("model", "tiny")]),
                try await service.post(address, ["video": stored, "model": "tiny"]),
            ] {
                #expect(refused.status == 422 && refused.text.contains("model"), "\(refused.text)")
            }
        }
    }

    @Test func whatWaitsSaysSo() async throws {
        try await TestService.with { service in
            let request = try await service.tinyRequest()
            for position in 0..<2 {
                let answer = try await service.post("/v1/explanations", request)
                let explanation = try answer.json
                #expect(answer.status == 202 && answer.header("Retry-After") == "1")
                #expect(answer.header("Location") == explanation["links"]["self"].string)
                #expect(explanation["state"] == "queued" && explanation["attempts"] == 0)
                #expect(explanation["progress"]["queue_position"].int == position)
                #expect(explanation["progress"]["total"] == 0)
            }
            // Without a worker the time runs out.
            let answer = try await service.post("/v1/explanations?wait=1", request)
            #expect(answer.status == 202)
            #expect(try answer.json["state"] == "queued")
        }
    }

    @Test func aKeyStandsForOneRequest() async throws {
        try await TestService.with { service in
            let request = try await service.tinyRequest()
            func post(_ document: JSON, key: String) async throws -> Answer {
                try await service.post("/v1/explanations", document, key: key)
            }
            let first = try await post(request, key: "a").json["id"]
            #expect(try await post(request, key: "a").json["id"] == first)
            // The model by its name is the same request's.
            var named = request
            named["model"] = "tiny"
            let other = try await post(named, key: "b").json["id"]
            #expect(other != first)
            var different = request
            different["seed"] = 2
            let conflict = try await post(different, key: "a")
            #expect(conflict.status == 409 && conflict.code == "request.idempotency-conflict")
            for value in ["", String(repeating: "k", count: 256)] {
                let refused = try await post(request, key: value)
                #expect(refused.status == 400 && refused.code == "request.invalid-parameter")
            }
            #expect(try await post(request, key: String(repeating: "k", count: 255)).status == 202)
            #expect(try await service.get("/v1/explanations").json["items"].array?.count == 3)
        }
    }

    @Test func aRequestWithoutATypeIsTakenForJSON() async throws {
        try await TestService.with { service in
            let request = try await service.tinyRequest()
            let answer = try await service.request(.post, "/v1/explanations", headers: [:], body: request.bytes)
            #expect(answer.status == 202)
        }
    }

    @Test func jobsThatCannotBeDoneFailWithACode() async throws {
        try await TestService.with { service in
            _ = try await service.tinyModel()
            let floats = ArrayFile.floats([3, 8, 32, 41]) { Float($0 % 7) / 7 }
            let video = try await service.upload(floats).json["id"]
            try await service.working {
                let explanation = try await service.explained(["video": video, "model": "tiny"])
                #expect(explanation["state"] == "failed")
                #expect(explanation["error"]["code"] == "video.array-shape")
                #expect(explanation["error"]["message"].string?.contains("[3, 8, 32, 41]") == true)
                let map = try await service.get("\(try #require(explanation["links"]["self"].string))/maps/pixels")
                #expect(map.status == 409 && map.code == "explanation.not-finished")
            }
        }
    }

    @Test func reportsOutliveTheirVideoAndModel() async throws {
        try await TestService.with { service in
            let request = try await service.tinyRequest()
            try await service.working {
                let explanation = try await service.explained(request)
                #expect(try await service.delete("/v1/videos/\(#require(request["video"].string))").status == 204)
                #expect(try await service.delete("/v1/models/tiny").status == 204)
                let links = explanation["links"]
                #expect(try await service.get(#require(links["self"].string)).json == explanation)
                #expect(try await service.get(#require(links["map_flow"].string)).status == 200)
                let picture = try await service.get("\(#require(links["map_flow"].string))/frames/0")
                #expect(picture.body.starts(with: PNGSignature.bytes))
            }
        }
    }
}
