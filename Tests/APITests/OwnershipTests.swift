import API
import HTTPServer
import HTTPTypes
import Store
import Testing

/// What belongs to one token is not there for another.
struct OwnershipTests {
    /// Sends requests with a token.
    private struct Client {
        let service: TestService
        let token: String

        init(_ service: TestService, _ scopes: Set<TokenScope>) throws {
            self.service = service
            token = try service.token(scopes)
        }

        func send(
            _ method: HTTPRequest.Method, _ path: String, type: String? = nil, _ body: [UInt8] = []
        ) async throws -> Answer {
            var headers: HTTPFields = [.authorization: "Bearer \(token)"]
            headers[.contentType] = type
            return try await service.request(method, path, headers: headers, body: body)
        }

        func get(_ path: String) async throws -> Answer { try await send(.get, path) }
        func delete(_ path: String) async throws -> Answer { try await send(.delete, path) }
        func post(_ path: String, _ document: JSON) async throws -> Answer {
            try await send(.post, path, type: "application/json", document.bytes)
        }

        func post(_ path: String, parts: [FormBody.Part]) async throws -> Answer {
            try await send(.post, path, type: FormBody.contentType, FormBody(parts).bytes)
        }

        func ids(_ path: String) async throws -> [JSON] { try await get(path).json["items"].column("id") }
    }

    /// One token with a thing of each kind, and another that has none.
    private struct Scene {
        let service: TestService
        let owner, other, manager: Client
        /// Ids by kind, in the plural.
        let ids: [String: String]

        static func with(_ use: (Scene) async throws -> Void) async throws {
            try await TestService.with { service in
                let owner = try Client(service, [.read, .submit])
                func id(_ answer: Answer) throws -> String { try #require(try answer.json["id"].string) }
                let sample = try await service.sample()
                let video = try id(await owner.post("/v1/videos", parts: [.file("video", sample)]))
                let model = try id(await owner.post("/v1/models", parts: TinyModel.parts(TinyModel.manifest)))
                let request: JSON = [
                    "video": .string(video), "model": .string(model), "method": "gradient", "checks": [],
                ]
                var explanation = ""
                try await service.working {
                    explanation = try id(await owner.post("/v1/explanations?wait=300", request))
                }
                let order: JSON = ["model": "moving-shapes-angle", "examples": 1, "methods": ["gradient"]]
                let evaluation = try id(await owner.post("/v1/evaluations", order))
                try await use(
                    Scene(
                        service: service, owner: owner, other: Client(service, [.read, .submit]),
                        manager: Client(service, [.manage]),
                        ids: [
                            "videos": video, "models": model, "explanations": explanation, "evaluations": evaluation,
                        ]))
            }
        }
    }

    /// Every address of the contract with a parameter, whoever adds one.
    @Test func nothingOfAnotherIsThere() async throws {
        try await Scene.with { scene in
            let before = try scene.service.store.auditLog(after: nil, limit: 500).records.count
            var tried = 0
            for operation in scene.service.contract.operations {
                guard !operation.parameters(in: "path").isEmpty else { continue }
                let name = Comment(rawValue: "\(operation)")
                let kind = try #require(operation.path.split(separator: "/").dropFirst().first.map(String.init))
                let id = try #require(scene.ids[kind], "an address below which nothing is tried: say here whose it is")
                let address = operation.path.replacing("{id}", with: id).replacing("{n}", with: "0")
                    .replacing("{kind}", with: "pixels")
                let answer = try await scene.other.send(operation.method, address)
                #expect(answer.status == 404 && answer.code == "\(kind.dropLast()).not-found", name)
                // Word for word as for an id that nobody has.
                let none = try await scene.other.send(
                    operation.method,
                    address.replacing(id, with: String(id.prefix(4)) + "1111111111111111111111"))
                #expect(none.detail.replacing(/[a-z]{3}_1{22}/, with: id) == answer.detail, name)
                tried += 1
            }
            #expect(tried >= 23)
            // All of those that were denied are put down, and nothing was deleted.
            let log = try scene.service.store.auditLog(after: nil, limit: 500).records
            #expect(log.dropLast(before).count { $0.entry.outcome == .denied } == tried)
            for (kind, id) in scene.ids { #expect(try await scene.owner.get("/v1/\(kind)/\(id)").status == 200) }
        }
    }

    @Test func listsHoldOnesOwn() async throws {
        try await Scene.with { scene in
            let bundled: Set<JSON> = ["moving-shapes-sides", "moving-shapes-angle"]
            for (kind, id) in scene.ids {
                let others = try await scene.other.ids("/v1/\(kind)")
                #expect(Set(others) == (kind == "models" ? bundled : []), "\(kind)")
                #expect(try await scene.owner.ids("/v1/\(kind)").contains(.string(id)), "\(kind)")
                #expect(try await scene.manager.ids("/v1/\(kind)").contains(.string(id)), "\(kind)")
                #expect(try await scene.manager.get("/v1/\(kind)/\(id)").status == 200, "\(kind)")
            }
            for query in ["video=\(scene.ids["videos"] ?? "")", "model=tiny"] {
                #expect(try await scene.other.ids("/v1/explanations?\(query)") == [])
                #expect(try await scene.owner.ids("/v1/explanations?\(query)").count == 1)
            }
        }
    }

    @Test func documentsNameOnesOwn() async throws {
        try await Scene.with { scene in
            let (video, model) = (scene.ids["videos"] ?? "", scene.ids["models"] ?? "")
            let bundled = JSON.string("moving-shapes-sides")
            for name in [model, "tiny"] {
                let answer = try await scene.other.post("/v1/evaluations", ["model": .string(name)])
                #expect(answer.code == "model.not-found")
                let request: JSON = ["model": .string(name), "dry_run": true]
                #expect(try await scene.other.post("/v1/explanations", request).code == "model.not-found")
                #expect(try await scene.owner.post("/v1/explanations", request).status == 200)
            }
            let request: JSON = ["model": bundled, "video": .string(video), "dry_run": true]
            #expect(try await scene.other.post("/v1/explanations", request).code == "video.not-found")
            #expect(try await scene.owner.post("/v1/explanations", request).status == 200)
        }
    }

    @Test func theSameBytesAreAVideoOfEach() async throws {
        try await Scene.with { scene in
            let sample = try await scene.service.sample()
            let again = try await scene.owner.post("/v1/videos", parts: [.file("video", sample)])
            #expect(try again.status == 200 && again.json["id"].string == scene.ids["videos"])
            let answer = try await scene.other.post("/v1/videos", parts: [.file("video", sample)])
            let id = try #require(try answer.json["id"].string)
            #expect(answer.status == 201 && id != scene.ids["videos"])
            #expect(try await scene.owner.delete("/v1/videos/\(scene.ids["videos"] ?? "")").status == 204)
            #expect(try await scene.other.get("/v1/videos/\(id)/content").body == sample)
            #expect(try await scene.owner.get("/v1/videos/\(id)").status == 404)
            #expect(try await scene.manager.delete("/v1/videos/\(id)").status == 204)
        }
    }

    @Test func namesOfModelsAreTakenForAll() async throws {
        try await Scene.with { scene in
            let parts = try TinyModel.parts(TinyModel.manifest)
            #expect(try await scene.other.post("/v1/models", parts: parts).code == "model.name-taken")
            #expect(try await scene.owner.post("/v1/models", parts: parts).status == 200)
        }
    }

    @Test func modelsWithoutAnOwnerAreUsedByAllAndDeletedByFew() async throws {
        try await TestService.with { service in
            let model = try await service.tinyModel()
            let (client, manager) = (try Client(service, [.read, .submit]), try Client(service, [.manage]))
            for name in [model, "tiny"] {
                #expect(try await client.get("/v1/models/\(name)").status == 200)
                let request: JSON = ["model": .string(name), "dry_run": true]
                #expect(try await client.post("/v1/explanations", request).status == 200)
                let refused = try await client.delete("/v1/models/\(name)")
                #expect(refused.status == 403 && refused.detail.contains("manage"))
            }
            #expect(try await manager.delete("/v1/models/tiny").status == 204)
        }
    }

    /// An address that names things whose owner the gate does not know is for those who see everything.
    @Test func addressesOfThingsWithoutAnOwnerAreManaged() async throws {
        try await TestService.with { service in
            for route in service.service.routes where route.pattern.contains("{") {
                let isKnown = ["videos", "models", "explanations", "evaluations"].contains {
                    route.pattern.hasPrefix("/v1/\($0)/{id}")
                }
                #expect(isKnown, "\(route.pattern): say in Ownership.swift whose things these are, and try it here")
            }
        }
    }
}
