import Foundation
import TestSupport
import Tensors
import Testing

extension ServiceProcess {
    /// The id of an uploaded video.
    func videoID(of file: URL, at location: SourceLocation = #_sourceLocation) async throws -> String {
        try await upload(file, expecting: 201, at: location).decoded(as: VideoBody.self, at: location).id
    }

    /// Posts a request and waits until the explanation is finished.
    /// - Parameter fields: JSON members beside `video`.
    func explain(
        _ video: String, _ fields: String, at location: SourceLocation = #_sourceLocation
    ) async throws -> ExplanationBody {
        let answer = try await post(
            "/v1/explanations", json: "{\"video\":\"\(video)\",\(fields)}", expecting: 202, at: location)
        let id = try answer.decoded(as: ExplanationBody.self, at: location).id
        #expect(answer.headers["location"] == "/v1/explanations/\(id)", sourceLocation: location)
        let body = try await finished(id, at: location)
        #expect(body.state == "succeeded", "\(body.error?.message ?? "")", sourceLocation: location)
        return body
    }

    /// Waits for the end of an explanation.
    func finished(_ id: String, at location: SourceLocation = #_sourceLocation) async throws -> ExplanationBody {
        // Each round waits in the service until there is news, for up to a minute.
        for _ in 0..<10 {
            let body = try await document(
                "/v1/explanations/\(id)?wait=60", as: ExplanationBody.self, at: location)
            if !["queued", "running"].contains(body.state) { return body }
        }
        throw StillRunning(id: id)
    }

    /// The bytes of a map as .npy.
    func npy(
        _ explanation: ExplanationBody, _ kind: String, at location: SourceLocation = #_sourceLocation
    ) async throws -> [UInt8] {
        let answer = try await get(
            "/v1/explanations/\(explanation.id)/maps/\(kind)", accept: "application/x-npy", expecting: 200,
            at: location)
        #expect(answer.headers["content-type"] == "application/x-npy", sourceLocation: location)
        return answer.body
    }

    func map(
        _ explanation: ExplanationBody, _ kind: String, at location: SourceLocation = #_sourceLocation
    ) async throws -> Tensor {
        try NumPy.decode(try await npy(explanation, kind, at: location))
    }
}

struct StillRunning: Error {
    let id: String
}

/// Frame `index` of a map `[C, T, H, W]`.
func frame(_ index: Int, of map: Tensor) -> [Float] {
    let (channels, frames) = (map.shape.extents[0], map.shape.extents[1])
    let area = map.shape.extents[2] * map.shape.extents[3]
    let values = map.values
    var result: [Float] = []
    for channel in 0..<channels {
        let start = (channel * frames + index) * area
        result += values[start..<start + area]
    }
    return result
}
