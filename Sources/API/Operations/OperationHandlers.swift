import CContract
import CSampleClip
import HTTPServer
import HTTPTypes
import Models
import Pipelines
import Store
import Telemetry

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
                        "metrics": "/metrics",
                    ])))
    }

    /// `GET /healthz`: the process answers.
    @Sendable func health(_ request: Request) async throws -> Response {
        try request.allowQuery()
        return .json(JSONText(["status": "ok"]))
    }

    /// `GET /readyz`: what the service needs to work is there.
    @Sendable func readiness(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let (store, probe) = (resources.store, resources.operations.readiness)
        let checks = await offload { probe.checks() }
        let failures = checks.compactMap { check in check.failure.map { "\(check.subject.rawValue): \($0)" } }
        guard failures.isEmpty else { throw ServiceError.notReady(failures) }
        let counts = try await offload { try store.explanationCounts() }
        return .json(
            JSONText(
                Readiness(
                    status: "ok",
                    checks: Dictionary(uniqueKeysWithValues: checks.map { ($0.subject.rawValue, "ok") }),
                    explanations: Dictionary(
                        uniqueKeysWithValues: JobState.allCases.map { ($0.rawValue, counts[$0] ?? 0) }))))
    }

    private struct Readiness: Encodable {
        let status: String
        let checks: [String: String]
        let explanations: [String: Int]
    }

    /// `GET /metrics`: numbers for a monitoring system.
    @Sendable func metrics(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let registry = resources.operations.registry
        let text = await offload { registry.text() }
        return Response(
            status: .ok, headers: [.contentType: MetricsRegistry.contentType, .cacheControl: "no-store"],
            body: .bytes(Array(text.utf8)))
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
        return await .immutable(Self.contractBytes, type: "application/yaml", request: request, vary: false)
    }

    static let contractBytes = Array(
        UnsafeBufferPointer(start: cinegrad_openapi_address(), count: cinegrad_openapi_size))

    /// `GET /sample.mp4`: a short Moving Shapes video to begin with.
    @Sendable func sample(_ request: Request) async throws -> Response {
        try request.allowQuery()
        return await .immutable(Self.sampleBytes, type: "video/mp4", request: request, vary: false)
    }

    private static let sampleBytes = Array(
        UnsafeBufferPointer(start: cinegrad_sample_clip_start(), count: cinegrad_sample_clip_size))
}
