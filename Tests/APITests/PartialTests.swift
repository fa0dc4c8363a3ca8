import Cine
import Foundation
import Store
import TestSupport
import Testing

/// Maps before the end, and windows over a long video, through the interface.
struct PartialTests {
    /// Of a .npy file with an array of a shape.
    private static func bytes(_ shape: [Int]) -> Int { 128 + 4 * shape.reduce(1, *) }

    @Test(arguments: Transport.allCases) func mapsAreThereWhileAJobRuns(_ transport: Transport) async throws {
        try await TestService.with(transport) { service in
            var request = try await service.tinyRequest()
            request["method"] = "smoothgrad"
            request["samples"] = 10000
            // Ten thousand samples of this network take minutes: the job cannot end by itself while it is looked at.
            request["model"] = "moving-shapes-sides"
            let answer = try await service.post("/v1/explanations", request)
            let address = try #require(answer.header("Location"))
            let id = String(try #require(address.split(separator: "/").last))
            #expect(try await service.get("\(address)/partial").code == "explanation.nothing-partial")
            try await service.working {
                for await record in service.store.changes(explanation: id)
                where record.partial?.contains("kept") == true { break }
                let document = try await service.get(address).json
                try #require(document["state"].string == "running")
                let kept = document["partial"]["kept"]
                #expect(kept["maps"].strings == ["pixels", "first_frame", "flow", "error"])
                #expect(document["links"]["partial_flow"].string == "\(address)/partial/flow")

                let report = try await service.get("\(address)/partial")
                #expect(report.status == 200 && report.header("Cache-Control") == "no-store")
                #expect(try report.json["samples_planned"].int == 10000)
                #expect((try report.json["samples"].int ?? 0) >= (kept["samples"].int ?? .max))
                let array = try await service.get("\(address)/partial/flow.npy")
                #expect(array.mediaType == "application/x-npy" && array.header("Cache-Control") == "no-store")
                #expect(array.body.count == Self.bytes([2, 31, 112, 112]))
                let numbers = try await service.get("\(address)/partial/first_frame").json
                #expect(numbers["shape"].array?.compactMap(\.int) == [3, 112, 112])
                #expect(numbers["values"].array?.contains { $0.double != 0 } == true)
                let picture = try await service.get("\(address)/partial/pixels?style=map", accept: "image/png")
                #expect(picture.mediaType == "image/png" && Array(picture.body.prefix(4)) == [0x89, 0x50, 0x4E, 0x47])
                #expect(try await service.get("\(address)/partial/heat").code == "map.not-found")
                // The whole is not there yet.
                #expect(try await service.get("\(address)/maps/flow").code == "explanation.not-finished")

                #expect(try await service.delete(address).status == 202)
                for await record in service.store.changes(explanation: id) where record.state.isFinal { break }
                let ended = try await service.get(address).json
                #expect(ended["state"].string == "cancelled" && ended["links"]["partial"].string != nil)
                let left = try await service.get("\(address)/partial").json
                // All samples that were finished, not those of the last time that somebody could look.
                #expect(left["samples"] == ended["partial"]["kept"]["samples"])
                #expect((left["samples"].int ?? 0) >= (kept["samples"].int ?? .max))
                #expect(left["complete"].bool == false)
                #expect(try await service.get("\(address)/partial/error.png").status == 200)
                #expect(try await service.delete(address).status == 204)
                #expect(try await service.get("\(address)/partial").code == "explanation.not-found")
            }
        }
    }

    @Test func aFailureSaysInWhichStage() async throws {
        try await TestService.with { service in
            let manifest: JSON = [
                "name": "logarithm", "architecture": "onnx", "task": "regression",
                "input": ["frames": 4, "height": 8, "width": 8],
            ]
            let checkpoint = Array(try Data(contentsOf: fixture("onnx/logarithm.onnx")))
            let model = try await service.post(
                "/v1/models", parts: [.json("manifest", manifest), .file("checkpoint", checkpoint)])
            let video = try await service.upload(ArrayFile.floats([3, 4, 8, 8]) { Float($0 % 2) })
            try await service.working {
                let failed = try await service.explained([
                    "video": video.json["id"], "model": model.json["id"], "space": "pixels", "samples": 200,
                    "noise": 0.1, "seed": 3, "checks": [],
                ])
                #expect(failed["state"].string == "failed" && failed["error"]["stage"].string == "attribution")
                #expect(failed["error"]["code"].string == "explanation.not-finite")
                #expect(failed["error"]["message"].string?.contains("gradients are not finite") == true)
                let address = try #require(failed["links"]["partial_pixels"].string)
                #expect(try await service.get("\(address).npy").body.count == Self.bytes([3, 4, 8, 8]))
                #expect((failed["partial"]["kept"]["samples"].int ?? 0) >= 1)
            }
        }
    }

    @Test func windowsGoOverTheWholeVideo() async throws {
        try await TestService.with { service in
            var request = try await service.tinyRequest()
            request["windows"] = ["stride": 12]
            request["clip"] = ["frames": 16]
            try await service.working {
                let document = try await service.explained(request)
                #expect(document["state"].string == "succeeded")
                #expect(document["windows"]["windows"].column("start") == [0, 12, 16])
                #expect(document["windows"]["windows"].column("source_start") == [0, 12, 16])
                #expect(document["maps"].column("kind") == ["pixels", "flow", "error"])
                #expect(document["timeline"]["frames"].array?.count == 32)
                #expect(document["links"]["map_first_frame"].isNull)
                let address = try #require(document["links"]["self"].string)
                #expect(try await service.get("\(address)/maps/first_frame").code == "map.not-found")
                #expect(
                    try await service.get("\(address)/maps/pixels.npy").body.count == Self.bytes([3, 32, 32, 40]))
                #expect(try await service.get("\(address)/flow.npy").body.count == Self.bytes([2, 31, 32, 40]))
                #expect(try await service.get("\(address)/maps/pixels/frames/31.png").status == 200)
                for part in ["figure", "timeline", "vectors", "trajectories"] {
                    #expect(try await service.get("\(address)/\(part).png").status == 200, "\(part)")
                }
                #expect(try await service.get("\(address).npz").status == 200)

                // What it would have cost, with the video and with a number of windows.
                request["dry_run"] = true
                let cost = try await service.post("/v1/explanations", request).json["cost"]
                #expect(cost["passes"].int == 3 && cost["flops"] == document["cost"]["estimate"]["flops"])
                request = request.without("video")
                request["windows"] = ["stride": 12, "count": 3]
                // Without a video the last window is taken to lie a whole stride behind the one before.
                let foretold = try await service.post("/v1/explanations", request).json["cost"]
                #expect(foretold["passes"] == cost["passes"] && foretold["flops"] == cost["flops"])
                #expect(try #require(foretold["bytes"].int) >= #require(cost["bytes"].int))
            }
        }
    }
}
