import Cine
import Foundation
import Store
import Video

/// What is known of a video, as it is stored beside it.
struct StoredVideoFacts: Codable, Hashable, Sendable {
    let format, codec, pixelFormat: String
    let width, height, frames, rotation: Int
    /// Frames a second; nil when the file states none.
    let frameRate: Double?
    let arrayShape: [Int]?
    let arrayElement: String?
    let dicom: DICOMDocument?

    init(_ facts: VideoFacts) {
        format = facts.format.rawValue
        codec = facts.codec
        pixelFormat = facts.pixelFormat
        width = facts.width
        height = facts.height
        frames = facts.frames
        rotation = facts.rotation
        frameRate = facts.frameRate?.framesPerSecond
        arrayShape = facts.arrayShape
        arrayElement = facts.arrayElement
        dicom = facts.dicom.map(DICOMDocument.init)
    }

    var length: VideoLength { VideoLength(frames: frames, frameRate: frameRate, isArray: arrayShape != nil) }

    /// - Throws: `DecodingError` when what is stored is damaged.
    init(stored json: String) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(StoredVideoFacts.self, from: Data(json.utf8))
    }
}

/// A video as clients see it.
struct VideoDocument: Encodable {
    let id, sha256: String
    let bytes: Int
    let createdAt: String
    let format, codec, pixelFormat: String
    let width, height, frames, rotation: Int
    let frameRate: Double?
    let arrayShape: [Int]?
    let arrayElement: String?
    let dicom: DICOMDocument?
    let links: [String: String]

    /// - Throws: `DecodingError` when what is stored is damaged.
    init(_ record: VideoRecord) throws {
        let facts = try StoredVideoFacts(stored: record.facts)
        id = record.id
        sha256 = record.sha256
        bytes = record.bytes
        createdAt = record.createdAt.timestamp
        format = facts.format
        codec = facts.codec
        pixelFormat = facts.pixelFormat
        width = facts.width
        height = facts.height
        frames = facts.frames
        rotation = facts.rotation
        frameRate = facts.frameRate
        arrayShape = facts.arrayShape
        arrayElement = facts.arrayElement
        dicom = facts.dicom
        let address = "/v1/videos/\(record.id)"
        links = ["self": address, "content": "\(address)/content", "first_frame": "\(address)/frames/0"]
    }
}

extension Date {
    /// RFC 3339, in UTC, with milliseconds.
    var timestamp: String { formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)) }
}

/// One page of a list; `next` is the `cursor` of the following one.
struct PageDocument<Element: Encodable>: Encodable {
    let items: [Element]
    let next: String?
}
