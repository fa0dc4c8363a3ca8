import CContract
import CSampleClip
import HTTPServer
import HTTPTypes
import Models
import Pipelines
import Store

struct OperationHandlers: Sendable {
    let resources: Resources

    private struct IndexDocument: Encodable {
        let name, version, notice: String
        let links: [String: String]
    }

    /// `GET /`: where to go on.
    @Sendable func index(_ request: Request) async throws -> Response {
        try request.allowQuery()
        return .json(
            JSONText(
                IndexDocument(
                    name: SoftwareVersion.name, version: SoftwareVersion.current, notice: SoftwareVersion.notice,
                    links: [
                        "contract": "/openapi.yaml", "sample_video": "/sample.mp4", "videos": "/v1/videos",
                        "models": "/v1/models", "explanations": "/v1/explanations", "health": "/healthz",
                    ])))
    }

    /// `GET /healthz`: the process answers.
    @Sendable func health(_ request: Request) async throws -> Response {
        try request.allowQuery()
        return .json(JSONText(["status": "ok"]))
    }

    /// `GET /readyz`: the store can be read too.
    @Sendable func readiness(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let store = resources.store
        let counts = try await offload { try store.explanationCounts() }
        return .json(
            JSONText(
                Readiness(
                    status: "ok",
                    explanations: Dictionary(
                        uniqueKeysWithValues: JobState.allCases.map { ($0.rawValue, counts[$0] ?? 0) }))))
    }

    private struct Readiness: Encodable {
        let status: String
        let explanations: [String: Int]
    }

    @Sendable func version(_ request: Request) async throws -> Response {
        try request.allowQuery()
        var version = [
            "name": SoftwareVersion.name, "version": SoftwareVersion.current, "notice": SoftwareVersion.notice,
        ]
        version["revision"] = SoftwareVersion.revision
        return .json(JSONText(version))
    }

    /// `GET /openapi.yaml`: the description of this interface, built into the binary.
    @Sendable func contract(_ request: Request) async throws -> Response {
        try request.allowQuery()
        return .immutable(Self.contractBytes, type: "application/yaml", request: request, vary: false)
    }

    static let contractBytes = Array(
        UnsafeBufferPointer(start: cinegrad_openapi_address(), count: cinegrad_openapi_size))

    /// `GET /sample.mp4`: a short Moving Shapes video to begin with.
    @Sendable func sample(_ request: Request) async throws -> Response {
        try request.allowQuery()
        return .immutable(Self.sampleBytes, type: "video/mp4", request: request, vary: false)
    }

    private static let sampleBytes = Array(
        UnsafeBufferPointer(start: cinegrad_sample_clip_start(), count: cinegrad_sample_clip_size))
}
