import HTTPServer
import HTTPTypes

/// The table of routes; a test holds it against openapi.yaml both ways.
package enum Routes {
    static func table(_ resources: Resources) -> [Route] {
        let videos = VideoHandlers(resources: resources)
        let models = ModelHandlers(resources: resources)
        let explanations = ExplanationHandlers(resources: resources)
        let events = EventHandlers(resources: resources)
        let maps = MapHandlers(resources: resources)
        let parts = PartHandlers(resources: resources)
        let partial = PartialHandlers(resources: resources)
        let results = ResultHandlers(resources: resources)
        let exports = ExportHandlers(resources: resources)
        let geometry = GeometryHandlers(resources: resources)
        let evaluations = EvaluationHandlers(resources: resources)
        let audit = AuditHandlers(resources: resources)
        let operations = OperationHandlers(resources: resources)
        let store = StoreHandlers(resources: resources)
        let studies = StudyHandlers(resources: resources)
        return [
            Route(method: .post, pattern: "/v1/videos", handler: only(.json, videos.create)),
            Route(method: .get, pattern: "/v1/videos", handler: only(.json, videos.list)),
            Route(method: .get, pattern: "/v1/videos/{id}", handler: only(.json, videos.show)),
            Route(method: .delete, pattern: "/v1/videos/{id}", handler: videos.delete),
            Route(method: .get, pattern: "/v1/videos/{id}/content", handler: videos.content),
            Route(method: .get, pattern: "/v1/videos/{id}/frames/{n}", handler: only(.png, videos.frame)),
            Route(method: .post, pattern: "/v1/models", handler: only(.json, models.create)),
            Route(method: .get, pattern: "/v1/models", handler: only(.json, models.list)),
            Route(method: .get, pattern: "/v1/models/{id}", handler: only(.json, models.show)),
            Route(method: .delete, pattern: "/v1/models/{id}", handler: models.delete),
            Route(method: .post, pattern: "/v1/explanations", handler: only(.json, explanations.create)),
            Route(method: .get, pattern: "/v1/explanations", handler: only(.json, explanations.list)),
            Route(method: .get, pattern: "/v1/explanations/{id}", handler: explanations.show),
            Route(method: .delete, pattern: "/v1/explanations/{id}", handler: explanations.delete),
            Route(
                method: .get, pattern: "/v1/explanations/{id}/events",
                handler: only("text/event-stream", events.stream)),
            Route(method: .get, pattern: "/v1/explanations/{id}/maps/{kind}", handler: maps.whole),
            Route(method: .get, pattern: "/v1/explanations/{id}/maps/{kind}/frames/{n}", handler: maps.frame),
            Route(method: .get, pattern: "/v1/explanations/{id}/vectors", handler: parts.vectors),
            Route(method: .get, pattern: "/v1/explanations/{id}/trajectories", handler: parts.trajectories),
            Route(method: .get, pattern: "/v1/explanations/{id}/flow", handler: parts.flow),
            Route(method: .get, pattern: "/v1/explanations/{id}/noise", handler: parts.noise),
            Route(method: .get, pattern: "/v1/explanations/{id}/figure", handler: parts.figure),
            Route(method: .get, pattern: "/v1/explanations/{id}/timeline", handler: parts.timeline),
            Route(
                method: .get, pattern: "/v1/explanations/{id}/dicom",
                handler: only(ResultHandlers.mediaType, results.show)),
            Route(method: .get, pattern: "/v1/explanations/{id}/geometry", handler: only(.json, geometry.show)),
            Route(
                method: .get, pattern: "/v1/explanations/{id}/maps/{kind}/source/{n}",
                handler: only(.npy, geometry.frame)),
            Route(method: .get, pattern: "/v1/explanations/{id}/beat", handler: geometry.beat),
            Route(method: .get, pattern: "/v1/explanations/{id}/export", handler: only(.json, exports.show)),
            Route(method: .post, pattern: "/v1/explanations/{id}/export", handler: only(.json, exports.create)),
            Route(method: .get, pattern: "/v1/explanations/{id}/partial", handler: partial.report),
            Route(method: .get, pattern: "/v1/explanations/{id}/partial/{kind}", handler: partial.map),
            Route(method: .post, pattern: "/v1/evaluations", handler: only(.json, evaluations.create)),
            Route(method: .get, pattern: "/v1/evaluations", handler: only(.json, evaluations.list)),
            Route(method: .get, pattern: "/v1/evaluations/{id}", handler: only(.json, evaluations.show)),
            Route(method: .delete, pattern: "/v1/evaluations/{id}", handler: evaluations.delete),
            Route(method: .get, pattern: "/v1/evaluations/{id}/report", handler: evaluations.text),
            Route(method: .get, pattern: "/v1/evaluations/{id}/figure", handler: only(.png, evaluations.figure)),
            Route(method: .get, pattern: "/v1/audit", handler: only(.json, audit.list)),
            Route(method: .delete, pattern: "/v1/studies/{study}", handler: studies.erase),
            Route(method: .post, pattern: "/dicom-web/studies", handler: store.store),
            Route(method: .post, pattern: "/dicom-web/studies/{study}", handler: store.store),
            Route(method: .delete, pattern: "/dicom-web/studies/{study}", handler: studies.erase),
            Route(
                method: .post, pattern: "/instances",
                handler: only(.json, PeerHandlers(resources: resources).store)),
        ] + dicomWeb(resources) + [
            Route(method: .get, pattern: "/", handler: operations.index),
            Route(method: .get, pattern: "/healthz", handler: operations.health),
            Route(method: .get, pattern: "/readyz", handler: operations.readiness),
            Route(method: .get, pattern: "/metrics", handler: only("text/plain", operations.metrics)),
            Route(method: .get, pattern: "/version", handler: operations.version),
            Route(method: .get, pattern: "/openapi.yaml", handler: operations.contract),
            Route(method: .get, pattern: "/sample.mp4", handler: operations.sample),
        ]
    }

    /// Results by their identifiers.
    private static func dicomWeb(_ resources: Resources) -> [Route] {
        let objects = ResultObjectHandlers(resources: resources)
        let pictures = RenderedHandlers(resources: resources)
        let study = "/dicom-web/studies/{study}"
        let series = study + "/series/{series}"
        let instance = series + "/instances/{instance}"
        return [
            Route(method: .get, pattern: "/dicom-web/studies", handler: objects.studies),
            Route(method: .get, pattern: "/dicom-web/series", handler: objects.series),
            Route(method: .get, pattern: "/dicom-web/instances", handler: objects.instances),
            Route(method: .get, pattern: study, handler: objects.retrieve),
            Route(method: .get, pattern: study + "/metadata", handler: objects.metadata),
            Route(method: .get, pattern: study + "/series", handler: objects.series),
            Route(method: .get, pattern: study + "/instances", handler: objects.instances),
            Route(method: .get, pattern: series, handler: objects.retrieve),
            Route(method: .get, pattern: series + "/metadata", handler: objects.metadata),
            Route(method: .get, pattern: series + "/instances", handler: objects.instances),
            Route(method: .get, pattern: instance, handler: objects.retrieve),
            Route(method: .get, pattern: instance + "/metadata", handler: objects.metadata),
            Route(method: .get, pattern: instance + "/rendered", handler: pictures.instance),
            Route(method: .get, pattern: instance + "/thumbnail", handler: pictures.thumbnail),
            Route(method: .get, pattern: instance + "/frames/{frames}", handler: pictures.frames),
            Route(method: .get, pattern: instance + "/frames/{frames}/rendered", handler: pictures.frame),
        ]
    }

    /// Calls a handler for clients that take the one form that its answers have.
    private static func only(
        _ type: String, _ handler: @escaping @Sendable (Request) async throws -> Response
    ) -> @Sendable (Request) async throws -> Response {
        { request in
            try MediaType.check(request, offered: type)
            return try await handler(request)
        }
    }

    private static func only(
        _ type: MediaType, _ handler: @escaping @Sendable (Request) async throws -> Response
    ) -> @Sendable (Request) async throws -> Response {
        only(type.rawValue, handler)
    }

    /// Addresses that come in several forms, which an ending can name.
    static let withForms: Set<String> = [
        "/v1/explanations/{id}", "/v1/explanations/{id}/maps/{kind}", "/v1/explanations/{id}/maps/{kind}/frames/{n}",
        "/v1/explanations/{id}/vectors", "/v1/explanations/{id}/trajectories", "/v1/explanations/{id}/flow",
        "/v1/explanations/{id}/partial/{kind}", "/v1/explanations/{id}/noise", "/v1/explanations/{id}/figure",
        "/v1/explanations/{id}/timeline", "/v1/explanations/{id}/beat",
    ]
}
