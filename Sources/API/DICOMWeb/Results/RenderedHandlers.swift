import Cine
import DICOM
import Foundation
import HTTPServer
import HTTPTypes
import Pipelines
import Rendering
import Store
import Video

/// Results as pictures that browsers show, and their frames (PS3.18, 10.4.1.1.3 to 10.4.1.1.6). Frames count from 1 here.
struct RenderedHandlers: Sendable {
    let resources: Resources

    private static let jpeg = "image/jpeg"
    private static let moving = ["video/mp4", "image/gif"]

    /// `GET …/instances/{instance}/rendered`: a cine moves; as a picture it is its first frame.
    @Sendable func instance(_ request: Request) async throws -> Response {
        try await rendered(request, offered: Self.moving + [Self.jpeg, "image/png"], frame: 1)
    }

    /// `GET …/frames/{frames}/rendered`
    @Sendable func frame(_ request: Request) async throws -> Response {
        let frame = try Self.numbers(request)
        guard frame.count == 1 else {
            throw ServiceError.invalidParameter(name: "frames", reason: "one frame is rendered at a time")
        }
        return try await rendered(request, offered: [Self.jpeg, "image/png"], frame: frame[0])
    }

    /// `GET …/instances/{instance}/thumbnail`: the first frame.
    @Sendable func thumbnail(_ request: Request) async throws -> Response {
        try await rendered(request, offered: [Self.jpeg], frame: 1)
    }

    /// `GET …/frames/{frames}`: frames as they are compressed.
    @Sendable func frames(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let numbers = try Self.numbers(request)
        let store = resources.store
        let accept = DICOMWebAccept(request)
        let frames = try await offload { () -> [Data] in
            let all = try Self.frames(request, in: store).frames
            return try numbers.map { try Self.frame($0, of: all) }
        }
        guard accept.takesParts(Self.jpeg, transferSyntax: PixelCompression.transferSyntax) else {
            throw ServiceError.notAcceptable(offered: ["multipart/related; type=\"\(Self.jpeg)\""])
        }
        return RelatedParts(type: Self.jpeg).response { write in
            for frame in frames {
                try await write(
                    "\(Self.jpeg); transfer-syntax=\(PixelCompression.transferSyntax)", [UInt8](frame))
            }
        }
    }

    private func rendered(_ request: Request, offered: [String], frame: Int) async throws -> Response {
        try request.allowQuery()
        let type = DICOMWebAccept(request).best(offered)
        let resources = resources
        let bytes = try await offload { () -> [UInt8] in
            let (record, file, frames) = try Self.frames(request, in: resources.store)
            let compressed = try Self.frame(frame, of: frames)
            guard let type else { throw ServiceError.notAcceptable(offered: offered) }
            if type == Self.jpeg { return [UInt8](compressed) }
            return try resources.pictures.bytes("rendered \(record.instance) \(frame) \(type)") {
                try Self.drawn(
                    file, frame: frame, frames: frames.count, rate: record.frameRate, as: type, in: resources)
            }
        }
        return await .immutable(bytes, type: type ?? Self.jpeg, request: request, vary: true)
    }

    private static func drawn(
        _ file: Data, frame: Int, frames: Int, rate: FrameRate?, as type: String, in resources: Resources
    ) throws -> [UInt8] {
        let url = resources.store.scratchFile()
        try file.write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        var limits = resources.limits.video
        // What is drawn is ours: the source was looked at before.
        limits.showsWholeDICOMFrames = true
        let pictures = FrameStream(url, framing: .region, limits: limits)
        guard type != "image/png" else { return try PNG.encode(pictures.image(frame - 1), text: []) }
        guard let rate = rate ?? FrameRate(numerator: 10, denominator: 1) else { return [] }
        return try AnimationEncoder(format: type == "image/gif" ? .gif : .mp4, rate: rate)
            .encode(frames: frames) { try pictures.image($0) }
    }

    private static func frames(
        _ request: Request, in store: Store
    ) throws -> (record: ResultRecord, file: Data, frames: [Data]) {
        let record = try ResultObjectHandlers.existing(request, in: store)[0].record
        guard let offset = record.pixelOffset else {
            throw ServiceError.notAcceptable(offered: [ResultObjectHandlers.object])
        }
        let file = try ResultObjectHandlers.file(record, in: store)
        guard let frames = EncapsulatedFrames.read(file, at: offset) else { throw StoreError.corrupt("a result") }
        return (record, file, frames)
    }

    private static func frame(_ number: Int, of frames: [Data]) throws -> Data {
        guard (1...max(frames.count, 1)).contains(number) else {
            throw ServiceError.noDICOMFrame(frame: number, frames: frames.count)
        }
        return frames[number - 1]
    }

    /// From 1, parted by commas.
    private static func numbers(_ request: Request) throws -> [Int] {
        let texts = request.parameter("frames").split(separator: ",", omittingEmptySubsequences: false)
        return try texts.prefix(1000).map { text in
            guard let number = Int(text), number >= 1 else {
                throw ServiceError.invalidParameter(name: "frames", reason: "expected numbers from 1, parted by commas")
            }
            return number
        }
    }
}

extension ResultRecord {
    /// Of a cine.
    fileprivate var frameRate: FrameRate? {
        guard let object = try? StoredObject(self), let attribute = object.attributes["00181063"] as? [String: Any],
            let time = (attribute["Value"] as? [Double])?.first, time > 0
        else { return nil }
        return FrameRate(numerator: 1_000_000, denominator: Int((time * 1000).rounded()))
    }
}
