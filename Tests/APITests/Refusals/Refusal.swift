import HTTPTypes
import Testing

/// A request that the service refuses.
struct Refusal: Sendable, CustomTestStringConvertible {
    let code: String
    /// What the text must tell, so that the client knows what to change.
    let tells: String
    let send: @Sendable (Scene) async throws -> Answer

    init(_ code: String, _ tells: String, send: @escaping @Sendable (Scene) async throws -> Answer) {
        self.code = code
        self.tells = tells
        self.send = send
    }

    var testDescription: String { "\(code): \(tells)" }

    /// All of them, by what they are about.
    static let groups: [String: [Refusal]] = [
        "requests": requests, "videos": videos, "models": models, "checkpoints": checkpoints, "graphs": graphs,
        "explanations": explanations, "evaluations": evaluations, "forms": forms, "dicomweb": dicomWeb,
    ]
}

/// A service with something in it, for requests that are refused there.
struct Scene: Sendable {
    let service: TestService
    /// Ids of the sample and of the tiny model.
    let video, model: String
    /// Addresses of explanations: one that waits, one that has succeeded, in pixels.
    let waiting, finished: String
    /// Of the explanation that waits.
    static let key = "taken"

    /// Makes one while `use` runs.
    static func with(_ transport: Transport, use: (Scene) async throws -> Void) async throws {
        try await TestService.with(transport) { service in
            let request = try await service.tinyRequest().with("space", "pixels")
            var finished: JSON = .null
            try await service.working { finished = try await service.explained(request) }
            let waiting = try await service.post("/v1/explanations", request, key: key)
            try await use(
                Scene(
                    service: service, video: #require(request["video"].string),
                    model: #require(request["model"].string),
                    waiting: #require(waiting.header("Location")), finished: #require(finished["links"]["self"].string))
            )
        }
    }

    /// The tiny request with other fields.
    func request(_ fields: JSON) -> JSON {
        fields.names.reduce(["video": .string(video), "model": .string(model)]) {
            fields[$1].isNull ? $0.without($1) : $0.with($1, fields[$1])
        }
    }

    /// Asks for an explanation.
    func explain(_ fields: JSON) async throws -> Answer { try await service.post("/v1/explanations", request(fields)) }

    func post(_ path: String, type: String?, _ body: [UInt8]) async throws -> Answer {
        var headers: HTTPFields = [:]
        headers[.contentType] = type
        return try await service.request(.post, path, headers: headers, body: body)
    }
}
