import Foundation
import TestSupport
import Tensors
import Testing

struct ExplanationTests {
    private static let gradient =
        #""model":"moving-shapes-sides","method":"gradient","checks":[],"clip":{"start":3}"#

    @Test func gradientsOfADecomposition() async throws {
        let clip = try await RealClip.shared.value
        let directory = try TemporaryDirectory()
        let service = try await ServiceProcess.start(in: directory, environment: [:])
        let video = try await service.videoID(of: clip.url)
        // A short clip leaves no room for a late start.
        let gradient = clip.frames > 40 ? Self.gradient : Self.gradient.replacing("3}", with: "0}")
        let parts = try await service.explain(video, gradient + #","space":"decomposition""#)
        let whole = try await service.explain(video, gradient + #","space":"pixels""#)

        // Network input: 32 frames of 112 by 112 pixels in three channels.
        let shapes = [
            "pixels": [3, 32, 112, 112], "first_frame": [3, 112, 112], "flow": [2, 31, 112, 112],
            "error": [3, 31, 112, 112],
        ]
        #expect(Dictionary(uniqueKeysWithValues: (parts.maps ?? []).map { ($0.kind, $0.shape) }) == shapes)
        #expect((whole.maps ?? []).map(\.kind) == ["pixels"])
        for (kind, shape) in shapes {
            let map = try await service.map(parts, kind)
            #expect(map.shape.extents == shape)
            #expect(map.values.allSatisfy { $0.isFinite })
            #expect(map.values.contains { $0 != 0 })
        }
        try await service.get(
            "/v1/explanations/\(whole.id)/maps/flow", accept: "application/x-npy", expecting: 404)

        // The last residual is added to the last frame as it is: the same derivative.
        let (pixels, error) = (try await service.map(parts, "pixels"), try await service.map(parts, "error"))
        #expect(frame(30, of: error) == frame(31, of: pixels))
        #expect(frame(29, of: error) != frame(30, of: pixels))

        // The reconstruction is the clip to rounding, and so are scores and derivatives.
        let (scores, reference) = (try #require(parts.prediction?.scores), try #require(whole.prediction?.scores))
        #expect(scores == reference)
        expectClose(pixels, try await service.map(whole, "pixels"), relative: 1e-3, absolute: 1e-5)

        let shares = try #require(parts.shares)
        #expect(abs(shares.appearance + shares.motion + shares.residual - 1) < 1e-9)
        #expect(min(shares.appearance, shares.motion, shares.residual) > 0)
        #expect(whole.shares == nil)
    }

    @Test func noiseIsAMatterOfTheSeed() async throws {
        let clip = try await RealClip.shared.value
        let directory = try TemporaryDirectory()
        let service = try await ServiceProcess.start(in: directory, environment: [:])
        let video = try await service.videoID(of: clip.url)
        func explain(seed: Int) async throws -> ExplanationBody {
            try await service.explain(
                video,
                #""model":"moving-shapes-sides","method":"smoothgrad","samples":2,"checks":[],"seed":\#(seed)"#)
        }
        let (one, same) = (try await explain(seed: 7), try await explain(seed: 7))
        let other = try await explain(seed: 8)
        #expect(one.id != same.id)
        for kind in ["pixels", "first_frame", "flow", "error"] {
            let bytes = try await service.npy(one, kind)
            #expect(try await service.npy(same, kind) == bytes)
            #expect(try await service.npy(other, kind) != bytes)
        }
    }

    @Test func threadsDoNotChangeResults() async throws {
        let clip = try await RealClip.shared.value
        var results: [[UInt8]] = []
        for threads in ["1", "3"] {
            let directory = try TemporaryDirectory()
            let service = try await ServiceProcess.start(
                in: directory, environment: ["CINEGRAD_WORKERS_THREADS": threads])
            let video = try await service.videoID(of: clip.url)
            let explanation = try await service.explain(
                video, #""model":"moving-shapes-angle","samples":2,"checks":[]"#)
            results.append(try await service.npy(explanation, "flow"))
        }
        #expect(results[0] == results[1])
    }

    @Test func mapsInEveryForm() async throws {
        let clip = try await RealClip.shared.value
        let directory = try TemporaryDirectory()
        let service = try await ServiceProcess.start(in: directory, environment: [:])
        let video = try await service.videoID(of: clip.url)
        let explanation = try await service.explain(
            video, #""model":"moving-shapes-sides","method":"gradient","checks":[]"#)
        for kind in ["pixels", "first_frame", "flow", "error"] {
            let path = "/v1/explanations/\(explanation.id)/maps/\(kind)"
            #expect(explanation.links["map_\(kind)"] == path)
            let map = try await service.map(explanation, kind)
            let frames = map.shape.extents.count == 4 ? map.shape.extents[1] : 1

            let document = try await service.document(path, as: MapBody.self)
            #expect(document.kind == kind)
            #expect(document.shape == map.shape.extents)
            #expect(document.values == map.values)

            let sheet = try await service.get(path, accept: "image/png", expecting: 200)
            #expect(sheet.headers["content-type"] == "image/png")
            let size = try PNGFile(sheet.body)
            #expect(size.width * size.height >= frames * 112 * 112)

            let picture = try await service.curl("\(path)/frames/\(frames - 1)?zoom=2", [], expecting: 200)
            let large = try PNGFile(picture.body)
            #expect((large.width, large.height) == (224, 224))
            let part = try await service.get(
                "\(path)/frames/\(frames - 1)", accept: "application/x-npy", expecting: 200)
            let slice = try NumPy.decode(part.body)
            #expect(slice.shape.extents == [map.shape.extents[0], 112, 112])
            #expect(slice.values == (frames == 1 ? map.values : frame(frames - 1, of: map)))
            try await service.curl("\(path)/frames/\(frames)", [], expecting: 404)

            // RFC 9110, section 13.1.2: what the client has is not sent again.
            let tag = try #require(sheet.headers["etag"])
            let known = try await service.curl(
                path, ["--header", "Accept: image/png", "--header", "If-None-Match: \(tag)"], expecting: 304)
            #expect(known.body.isEmpty)
            #expect(known.headers["etag"] == tag)
            let stale = try await service.curl(
                path, ["--header", "Accept: image/png", "--header", "If-None-Match: \"other\""], expecting: 200)
            #expect(stale.body == sheet.body)
            try await service.get(path, accept: "text/html", expecting: 406)
        }
    }

    @Test func oneRequestWithTheVideoInIt() async throws {
        let clip = try await RealClip.shared.value
        let directory = try TemporaryDirectory()
        let service = try await ServiceProcess.start(in: directory, environment: [:])
        let arguments = [
            "--form", "video=@\(clip.url.path)", "--form",
            #"request={"model":"moving-shapes-sides","method":"gradient","checks":[]}"#,
        ]
        let answer = try await service.curl("/v1/explanations?wait=300", arguments, expecting: 200)
        let body = try answer.decoded(as: ExplanationBody.self)
        #expect(body.state == "succeeded")
        #expect(body.progress.fraction == 1)
        let listed = try await service.document("/v1/explanations?state=succeeded", as: ExplanationListBody.self)
        #expect(listed.items.map(\.id) == [body.id])
    }
}

private struct MapBody: Decodable {
    let kind: String
    let shape: [Int]
    let values: [Float]
}
