import Foundation
import TestSupport
import Testing

struct UploadTests {
    @Test func aVideoIsStoredOnceAndComesBack() async throws {
        let clip = try await RealClip.shared.value
        let directory = try TemporaryDirectory()
        let service = try await ServiceProcess.start(in: directory, environment: [:])

        let created = try await service.upload(clip.url, expecting: 201)
        let video = try created.decoded(as: VideoBody.self)
        let bytes = Array(try Data(contentsOf: clip.url))
        let digest = try await RealClip.sha256(of: clip.url)
        #expect(video.sha256 == digest)
        #expect(video.bytes == bytes.count)
        #expect((video.width, video.height, video.frames) == (clip.width, clip.height, clip.frames))
        #expect(video.format == "mp4")
        #expect(video.frameRate == 25)
        #expect(created.headers["location"] == "/v1/videos/\(video.id)")

        let again = try await service.upload(clip.url, expecting: 200).decoded(as: VideoBody.self)
        #expect(again == video)
        let form = try await service.curl("/v1/videos", ["--form", "video=@\(clip.url.path)"], expecting: 200)
        #expect(try form.decoded(as: VideoBody.self) == video)

        let path = "/v1/videos/\(video.id)"
        #expect(try await service.curl("\(path)/content", [], expecting: 200).body == bytes)
        let part = try await service.curl("\(path)/content", ["--range", "1000-1999"], expecting: 206)
        #expect(part.body == Array(bytes[1000..<2000]))
        #expect(part.headers["content-range"] == "bytes 1000-1999/\(bytes.count)")

        let frame = try await service.curl("\(path)/frames/\(clip.frames - 1)", [], expecting: 200)
        #expect(frame.headers["content-type"] == "image/png")
        let head = try PNGFile(frame.body)
        #expect((head.width, head.height) == (clip.width, clip.height))
        try await service.curl("\(path)/frames/\(clip.frames)", [], expecting: 404)

        try await service.curl(path, ["--request", "DELETE"], expecting: 204)
        try await service.curl(path, [], expecting: 404)
        #expect(try await service.upload(clip.url, expecting: 201).decoded(as: VideoBody.self).sha256 == digest)
    }
}
