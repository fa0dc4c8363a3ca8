import Foundation
import HTTPTypes
import TestSupport
import Testing

/// The requests that the tests make again and again.
extension TestService {
    func get(_ path: String, at location: SourceLocation = #_sourceLocation) async throws -> Answer {
        try await request(.get, path, headers: [:], body: [], at: location)
    }

    func get(
        _ path: String, accept: String, at location: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        try await request(.get, path, headers: [.accept: accept], body: [], at: location)
    }

    func delete(_ path: String, at location: SourceLocation = #_sourceLocation) async throws -> Answer {
        try await request(.delete, path, headers: [:], body: [], at: location)
    }

    func post(
        _ path: String, _ document: JSON, at location: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        try await request(
            .post, path, headers: [.contentType: "application/json"], body: document.bytes, at: location)
    }

    /// - Parameter key: that names the request.
    func post(
        _ path: String, _ document: JSON, key: String, at location: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        let name = try #require(HTTPField.Name("Idempotency-Key"))
        return try await request(
            .post, path, headers: [.contentType: "application/json", name: key], body: document.bytes, at: location)
    }

    func post(
        _ path: String, parts: [FormBody.Part], at location: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        try await request(
            .post, path, headers: [.contentType: FormBody.contentType], body: FormBody(parts).bytes, at: location)
    }

    func upload(_ bytes: [UInt8], at location: SourceLocation = #_sourceLocation) async throws -> Answer {
        try await request(
            .post, "/v1/videos", headers: [.contentType: "application/octet-stream"], body: bytes, at: location)
    }

    /// The sample's bytes: 32 frames of 112x112 pixels.
    func sample() async throws -> [UInt8] { try await get("/sample.mp4").body }

    /// Uploads the sample.
    /// - Returns: its id.
    func sampleVideo() async throws -> String { try #require(try await upload(sample()).json["id"].string) }

    /// Uploads the tiny model.
    /// - Returns: its id.
    func tinyModel() async throws -> String {
        let answer = try await post("/v1/models", parts: TinyModel.parts(TinyModel.manifest))
        return try #require(try answer.json["id"].string, "\(answer.text)")
    }

    /// A request that takes little: one pass through the tiny model.
    func tinyRequest() async throws -> JSON {
        let (video, model) = try await (sampleVideo(), tinyModel())
        return ["video": .string(video), "model": .string(model), "method": "gradient", "checks": []]
    }

    /// Runs an explanation to its end.
    func explained(_ request: JSON, at location: SourceLocation = #_sourceLocation) async throws -> JSON {
        let answer = try await post("/v1/explanations?wait=300", request, at: location)
        #expect(answer.status == 200, sourceLocation: location)
        return try answer.json
    }
}

/// A network with four outputs whose passes take milliseconds.
enum TinyModel {
    static let manifest: JSON = [
        "name": "tiny",
        "architecture": ["family": "r2plus1d", "channels": [6, 8, 12, 16], "blocks": [1, 1, 1, 1], "stem": 5],
        "task": "classification", "labels": ["circle", "square", "star", "none"],
        "input": ["frames": 8, "height": 32, "width": 40],
    ]

    static func checkpoint() throws -> [UInt8] { Array(try Data(contentsOf: fixture("checkpoints/tiny.safetensors"))) }

    static func parts(_ manifest: JSON) throws -> [FormBody.Part] {
        [try .json("manifest", manifest), .file("checkpoint", try checkpoint())]
    }
}
