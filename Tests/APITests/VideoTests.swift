import API
import Crypto
import Foundation
import HTTPTypes
import Store
import Testing

struct VideoTests {
    @Test(arguments: Transport.allCases) func anUploadIsStoredOnce(_ transport: Transport) async throws {
        try await TestService.with(transport) { service in
            let bytes = try await service.sample()
            let created = try await service.upload(bytes)
            let video = try created.json
            let id = try #require(video["id"].string)
            #expect(created.status == 201)
            #expect(created.header("Location") == "/v1/videos/\(id)")
            #expect(video["format"] == "mp4" && video["codec"] == "h264" && video["pixel_format"] == "yuv420p")
            #expect(video["width"] == 112 && video["height"] == 112 && video["frames"] == 32)
            #expect(video["frame_rate"] == 25 && video["rotation"] == 0)
            #expect(video["bytes"].int == bytes.count && video["sha256"].string == Self.digest(bytes))

            let again = try await service.upload(bytes)
            #expect(again.status == 200)
            #expect(try again.json == video)
            let form = try await service.post("/v1/videos", parts: [.file("video", bytes)])
            #expect(form.status == 200)
            #expect(try form.json == video)
            #expect(try await service.get("/v1/videos/\(id)").json == video)
            #expect(try await service.get("/v1/videos").json == ["items": [video]])
            for (name, link) in try #require(video["links"].object) {
                #expect(try await service.get(#require(link.string)).status == 200, "\(name)")
            }
        }
    }

    @Test(arguments: Transport.allCases) func contentComesBack(_ transport: Transport) async throws {
        try await TestService.with(transport) { service in
            let bytes = try await service.sample()
            let address = "/v1/videos/\(try await service.sampleVideo())/content"
            let whole = try await service.get(address)
            #expect(whole.status == 200 && whole.body == bytes)
            #expect(whole.header("ETag") == "\"\(Self.digest(bytes))\"")
            let end = bytes.count
            let ranges: [(String, Range<Int>)] = [
                ("bytes=0-9", 0..<10), ("bytes=10-", 10..<end), ("bytes=-5", end - 5..<end), ("bytes=7-7", 7..<8),
                ("bytes=100-\(end + 50)", 100..<end), ("bytes=-\(end + 50)", 0..<end),
            ]
            for (field, range) in ranges {
                let answer = try await service.request(.get, address, headers: [.range: field], body: [])
                #expect(answer.status == 206 && answer.body == Array(bytes[range]), "\(field)")
                #expect(
                    answer.header("Content-Range") == "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(end)",
                    "\(field)")
            }
            for field in ["bytes=5-2", "bytes=0-1,4-5", "frames=0-1", "bytes=", "bytes=a-b"] {
                let answer = try await service.request(.get, address, headers: [.range: field], body: [])
                #expect(answer.status == 200 && answer.body == bytes, "\(field)")
            }
            for field in ["bytes=\(end)-", "bytes=-0"] {
                let answer = try await service.request(.get, address, headers: [.range: field], body: [])
                #expect(answer.status == 416 && answer.code == "request.range-not-satisfiable", "\(field)")
                #expect(answer.header("Content-Range") == "bytes */\(end)", "\(field)")
            }
        }
    }

    @Test func framesArePictures() async throws {
        try await TestService.with { service in
            let address = "/v1/videos/\(try await service.sampleVideo())/frames"
            let first = try await service.get("\(address)/0")
            #expect(first.status == 200 && first.mediaType == "image/png")
            #expect(first.body.starts(with: PNGSignature.bytes))
            let last = try await service.get("\(address)/31")
            #expect(last.status == 200 && last.body != first.body)
            for name in ["32", "-1", "x", "1.0", "99999999999999999999"] {
                let answer = try await service.get("\(address)/\(name)")
                #expect(answer.status == 404 && answer.code == "frame.not-found", "\(name)")
                #expect(answer.detail.contains("0 to 31"), "\(name)")
            }
            try await service.expectValidators("\(address)/0", [:])
        }
    }

    @Test func listsComeInPagesNewestFirst() async throws {
        try await TestService.with { service in
            var ids: [String] = []
            for value in 0..<5 {
                let bytes = ArrayFile.bytes(frames: 2, height: 4, width: 6, value: UInt8(value))
                ids.append(try #require(try await service.upload(bytes).json["id"].string))
            }
            var (listed, sizes, next): ([String], [Int], String?) = ([], [], nil)
            repeat {
                let cursor = next.map { "&cursor=\($0)" } ?? ""
                let page = try await service.get("/v1/videos?limit=2\(cursor)").json
                let items = try #require(page["items"].array)
                listed += items.compactMap { $0["id"].string }
                sizes.append(items.count)
                next = page["next"].string
            } while next != nil
            #expect(listed == ids.reversed() && sizes == [2, 2, 1])
            #expect(try await service.get("/v1/videos?limit=5").json["next"].isNull)
            for cursor in ["x", "-1", "0", "1.5", ""] {
                let answer = try await service.get("/v1/videos?cursor=\(cursor)")
                #expect(answer.status == 400 && answer.code == "request.invalid-cursor", "\(cursor)")
            }
        }
    }

    @Test func arraysAreVideos() async throws {
        try await TestService.with { service in
            let bytes = try await service.upload(ArrayFile.bytes(frames: 3, height: 4, width: 6, value: 7)).json
            #expect(bytes["format"] == "npy" && bytes["codec"] == "array" && bytes["pixel_format"] == "rgb24")
            #expect(bytes["array_shape"] == [3, 4, 6, 3] && bytes["array_element"] == "|u1")
            #expect(bytes["frames"] == 3 && bytes["height"] == 4 && bytes["width"] == 6)
            #expect(bytes["frame_rate"].isNull)
            let floats = try await service.upload(ArrayFile.floats([3, 2, 4, 6]) { Float($0) / 144 }).json
            #expect(floats["array_shape"] == [3, 2, 4, 6] && floats["array_element"] == "<f4")
            #expect(floats["frames"] == 2 && floats["height"] == 4 && floats["width"] == 6)
            let frame = "/v1/videos/\(try #require(bytes["id"].string))/frames/2"
            #expect(try await service.get(frame).body.starts(with: PNGSignature.bytes))
        }
    }

    @Test func aVideoInUseStays() async throws {
        try await TestService.with { service in
            let request = try await service.tinyRequest()
            let address = "/v1/videos/\(try #require(request["video"].string))"
            let explanation = try await service.post("/v1/explanations", request).json
            let refused = try await service.delete(address)
            #expect(refused.status == 409 && refused.code == "resource.in-use")
            #expect(try await service.get(address).status == 200)

            _ = try await service.delete(#require(explanation["links"]["self"].string))
            #expect(try await service.delete(address).status == 204)
            for path in [address, "\(address)/content", "\(address)/frames/0"] {
                let answer = try await service.get(path)
                #expect(answer.status == 404 && answer.code == "video.not-found", "\(path)")
            }
            #expect(try await service.delete(address).status == 404)
            #expect(try await service.get("/v1/videos").json == ["items": []])
        }
    }

    @Test func tooManyBytesAreRefusedAndNotKept() async throws {
        var limits = ServiceLimits.standard
        limits.videoBytes = 1000
        try await TestService.with(.inProcess, limits: limits, store: .standard) { service in
            let small = ArrayFile.bytes(frames: 2, height: 6, width: 6, value: 1)
            #expect(small.count < 1000)
            #expect(try await service.upload(small).status == 201)
            let kept = try service.keptFiles()
            let large = ArrayFile.bytes(frames: 9, height: 6, width: 6, value: 1)
            #expect(large.count > 1000)
            let raw = try await service.upload(large)
            #expect(raw.status == 413 && raw.code == "request.too-large")
            let form = try await service.post("/v1/videos", parts: [.file("video", large)])
            #expect(form.status == 413 && form.code == "request.too-large")
            let submission = try await service.post(
                "/v1/explanations", parts: [.text("model", "moving-shapes-sides"), .file("video", large)])
            #expect(submission.status == 413 && submission.code == "request.too-large")
            #expect(try service.keptFiles() == kept)
        }
    }

    private static func digest(_ bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
    }
}
