import Cine
import Foundation
import HTTPTypes
import Rendering
import Tensors
import TestSupport
import Testing
import Video

/// Figures and moving pictures, and the arrays of everything.
struct PictureTests {
    /// The tiny model explains the sample in the decomposition, with noise.
    private func withExplanation(
        _ transport: Transport, use: (TestService, JSON, String) async throws -> Void
    ) async throws {
        try await TestService.with(transport) { service in
            let request = try await service.tinyRequest().with("method", "smoothgrad").with("samples", 2)
                .with("trajectories", ["window": 4])
            try await service.working {
                let explanation = try await service.explained(request)
                try await use(service, explanation, try #require(explanation["links"]["self"].string))
            }
        }
    }

    private func facts(_ bytes: [UInt8]) throws -> VideoFacts {
        let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(bytes).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        return try VideoProbe.probe(url, limits: VideoLimits())
    }

    @Test func movingPicturesHaveTheFramesOfTheClip() async throws {
        try await withExplanation(.inProcess) { service, _, address in
            let frames = ["maps/pixels": 8, "maps/flow": 7, "flow": 7, "vectors": 7, "trajectories": 8, "figure": 7]
            for (name, count) in frames {
                for format in ["gif", "mp4"] {
                    let facts = try facts(try await service.get("\(address)/\(name).\(format)?zoom=2").body)
                    #expect(facts.frames == count, "\(name) \(format)")
                    #expect(facts.codec == (format == "gif" ? "gif" : "h264"))
                    guard name != "figure" else { continue }
                    #expect(facts.width == 80 && facts.height == 64, "\(name) \(format)")
                }
            }
            // A rate of one's own is the file's.
            let slow = try facts(try await service.get("\(address)/maps/pixels.mp4?rate=5").body)
            #expect(slow.frameRate?.framesPerSecond == 5)
        }
    }

    @Test(arguments: Transport.allCases) func playersGetRanges(_ transport: Transport) async throws {
        try await withExplanation(transport) { service, _, address in
            let path = "\(address)/maps/error.mp4"
            let whole = try await service.get(path)
            #expect(whole.status == 200 && whole.header("Accept-Ranges") == "bytes")
            let tag = try #require(whole.header("ETag"))
            var joined: [UInt8] = []
            for start in stride(from: 0, to: whole.body.count, by: 1000) {
                let part = try await service.request(
                    .get, path, headers: [.range: "bytes=\(start)-\(start + 999)"], body: [])
                let end = min(start + 999, whole.body.count - 1)
                #expect(part.status == 206 && part.mediaType == "video/mp4" && part.header("ETag") == tag)
                #expect(part.header("Content-Range") == "bytes \(start)-\(end)/\(whole.body.count)")
                joined += part.body
            }
            #expect(joined == whole.body)
            let same = try await service.request(
                .get, path, headers: [.range: "bytes=0-9", .ifRange: tag], body: [])
            #expect(same.status == 206 && same.body.count == 10)
            let other = try await service.request(
                .get, path, headers: [.range: "bytes=0-9", .ifRange: "\"other\""], body: [])
            #expect(other.status == 200 && other.body == whole.body)
            let behind = try await service.request(
                .get, path, headers: [.range: "bytes=\(whole.body.count)-"], body: [])
            #expect(behind.status == 416 && behind.header("Content-Range") == "bytes */\(whole.body.count)")
            try await service.expectValidators(path, [:])
        }
    }

    @Test func everyFormHasAValidator() async throws {
        try await withExplanation(.inProcess) { service, _, address in
            for path in [
                ".npz", "/maps/flow.gif", "/vectors", "/vectors.png", "/trajectories.gif", "/flow.png",
                "/noise.png", "/figure.png", "/timeline", "/timeline.png",
            ] { try await service.expectValidators(address + path, [:]) }
        }
    }

    /// Twice the density is the same picture with twice the pixels along each side.
    @Test func densityDoublesEverything() async throws {
        try await withExplanation(.inProcess) { service, _, address in
            for name in [
                "maps/flow.png", "maps/flow/frames/3.png?legend=true", "figure.png", "vectors.png?frame=2",
                "trajectories.png?frame=3", "timeline.png", "flow.png?field=colors",
            ] {
                let query = name.contains("?") ? "&" : "?"
                let once = try PNG.decode(try await service.get("\(address)/\(name)").body).image
                let twice = try PNG.decode(try await service.get("\(address)/\(name)\(query)density=2").body).image
                // Lines of text may break elsewhere by a pixel.
                #expect(abs(twice.width - 2 * once.width) <= 4, "\(name)")
                #expect(abs(twice.height - 2 * once.height) <= 80, "\(name)")
            }
        }
    }

    @Test func mapsLieOnTheVideosOwnFrames() async throws {
        try await withExplanation(.inProcess) { service, _, address in
            let picture = try PNG.decode(
                try await service.get("\(address)/maps/pixels/frames/4.png?geometry=source&zoom=2").body
            ).image
            #expect(picture.width == 224 && picture.height == 224)
            // An overlay without opacity is the frame itself, in dimmed grey.
            let ground = try PNG.decode(
                try await service.get("\(address)/maps/pixels/frames/4.png?geometry=source&zoom=1&alpha=0").body
            ).image
            let explanation = try await service.get(address).json
            let source = try #require(explanation["provenance"]["clip"]["source_frames"].array?[4].int)
            let video = try #require(explanation["links"]["video"].string)
            let frame = try PNG.decode(try await service.get("\(video)/frames/\(source)").body).image
            var worst = 0.0
            for pixel in 0..<frame.width * frame.height {
                let (r, g, b) = (
                    Double(frame.pixels[3 * pixel]), Double(frame.pixels[3 * pixel + 1]),
                    Double(frame.pixels[3 * pixel + 2])
                )
                let grey = 0.6 * (0.299 * r + 0.587 * g + 0.114 * b)
                worst = max(worst, abs(grey - Double(ground.pixels[3 * pixel])))
            }
            #expect(worst <= 1)
        }
    }

    @Test func aVideoThatIsGoneTakesItsFramesAlong() async throws {
        try await withExplanation(.inProcess) { service, explanation, address in
            let video = try #require(explanation["links"]["video"].string)
            #expect(try await service.delete(video).status == 204)
            #expect(try await service.get("\(address)/maps/pixels/frames/4").status == 200)
            for name in ["maps/pixels/frames/4", "figure", "vectors.png", "flow.gif", "trajectories.mp4"] {
                let answer = try await service.get("\(address)/\(name)?geometry=source")
                #expect(answer.status == 404 && answer.code == "video.not-found", "\(name)")
            }
        }
    }

    @Test func oneFrameOfAFigureIsChosen() async throws {
        try await withExplanation(.inProcess) { service, _, address in
            for name in ["figure", "vectors", "trajectories", "flow"] {
                let path = "\(address)/\(name).png"
                let (third, fourth) = try await (service.get("\(path)?frame=3"), service.get("\(path)?frame=4"))
                #expect(third.status == 200 && third.body != fourth.body, "\(name)")
                #expect(try PNG.decode(third.body).text.contains { $0 == ("Frame", "3 of the clip") })
                for frame in [8, 99_999] {
                    let answer = try await service.get("\(path)?frame=\(frame)")
                    #expect(answer.status == 404 && answer.code == "frame.not-found", "\(name)")
                    #expect(answer.detail.contains("to 7"), "\(answer.detail)")
                }
            }
            #expect(try await service.get("\(address)/timeline.png?frame=7").status == 200)
            #expect(try await service.get("\(address)/timeline.png?frame=8").code == "frame.not-found")
        }
    }

    @Test func titlesAndLegendsAreAddedToPictures() async throws {
        try await withExplanation(.inProcess) { service, _, address in
            let path = "\(address)/maps/flow/frames/3.png"
            let bare = try PNG.decode(try await service.get(path).body).image
            #expect(bare.width == 160 && bare.height == 128)
            for query in ["legend=true", "title=Four%20chambers", "title="] {
                let more = try PNG.decode(try await service.get("\(path)?\(query)").body).image
                #expect(more.width > bare.width && more.height > bare.height, "\(query)")
            }
            let long = try await service.get("\(path)?title=\(String(repeating: "x", count: 201))")
            #expect(long.status == 400 && long.detail.contains("200"))
        }
    }

    @Test func arraysOfEverythingAreThoseOfEach() async throws {
        try await withExplanation(.inProcess) { service, explanation, address in
            let archive = try await service.get(address, accept: "application/x-npz")
            #expect(archive.body.starts(with: [0x50, 0x4B, 3, 4]))
            var members: [String: [UInt8]] = [:]
            var place = 0
            func number(_ offset: Int, _ count: Int) -> Int {
                (0..<count).reduce(0) { $0 | Int(archive.body[place + offset + $1]) << (8 * $1) }
            }
            while number(0, 4) == 0x0403_4B50 {
                let (size, name) = (number(18, 4), number(26, 2))
                let start = place + 30 + name
                members[String(decoding: archive.body[place + 30..<start], as: UTF8.self)] =
                    Array(archive.body[start..<start + size])
                place = start + size
            }
            let maps = ["pixels", "first_frame", "flow", "error"]
            #expect(
                Set(members.keys)
                    == Set(
                        (maps + ["sampling_flow", "noisy_frames", "clip"]).map { "\($0).npy" } + [
                            "report.json", "vectors.json", "trajectories.json",
                        ]))
            for map in maps {
                #expect(try await service.get("\(address)/maps/\(map)?format=npy").body == members["\(map).npy"])
            }
            #expect(try await service.get("\(address)/flow?format=npy").body == members["sampling_flow.npy"])
            #expect(try await service.get("\(address)/noise?format=npy").body == members["noisy_frames.npy"])
            let clip = try NumPy.decode(try #require(members["clip.npy"]))
            #expect(clip.shape.extents == [8, 32, 40, 3])
            let report = try JSON(try #require(members["report.json"]))
            #expect(report["prediction"] == explanation["prediction"])
            #expect(try await service.get("\(address)/vectors").json == JSON(try #require(members["vectors.json"])))
        }
    }

    @Test func theTimelineIsTheReports() async throws {
        try await withExplanation(.inProcess) { service, explanation, address in
            let timeline = try await service.get("\(address)/timeline").json
            #expect(timeline == explanation["timeline"])
        }
    }

    @Test(arguments: Transport.allCases) func jsonIsCompressedForWhoTakesIt(_ transport: Transport) async throws {
        try await withExplanation(transport) { service, _, address in
            let path = "\(address)/maps/flow"
            let plain = try await service.get(path)
            #expect(plain.header("Content-Encoding") == nil)
            let tag = try #require(plain.header("ETag"))
            let coded = try await service.rawRequest(path, headers: [.acceptEncoding: "br, gzip"])
            #expect(coded.status == 200 && coded.header("Content-Encoding") == "gzip")
            #expect(coded.header("Vary") == "Accept, Accept-Encoding" && plain.header("Vary") == coded.header("Vary"))
            #expect(coded.header("ETag") != tag)
            switch transport {
            case .inProcess: #expect(coded.body.count < plain.body.count && gunzip(coded.body) == plain.body)
            // URLSession hands on what it has decoded.
            case .socket: #expect(coded.body == plain.body)
            }
            let known = try await service.rawRequest(
                path, headers: [.acceptEncoding: "gzip", .ifNoneMatch: try #require(coded.header("ETag"))])
            #expect(known.status == 304)
            for path in [path + ".png", path + ".npy", "/sample.mp4"] {
                let picture = try await service.rawRequest(path, headers: [.acceptEncoding: "gzip"])
                #expect(picture.status == 200 && picture.header("Content-Encoding") == nil, "\(path)")
            }
            let refused = try await service.rawRequest("/healthz", headers: [.acceptEncoding: "gzip"])
            #expect(refused.header("Content-Encoding") == nil)
        }
    }
}
