import API
import HTTPServer
import Foundation
import HTTPTypes
import Store
import TestSupport
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
                guard !operation.parameters(in: "path").isEmpty, let kind = Self.kind(operation.path) else { continue }
                let name = Comment(rawValue: "\(operation)")
                let id = try #require(scene.ids[kind])
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
            let parts = try TinyModel.parts(TinyModel.manifest.with("name", "mine"))
            #expect(try await scene.owner.post("/v1/models", parts: parts).status == 201)
            #expect(try await scene.other.post("/v1/models", parts: parts).code == "model.name-taken")
            let again = try await scene.owner.post("/v1/models", parts: parts)
            #expect(again.status == 200, "\(again.text)")
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

    /// The kind of things, in the plural, of which an address is that the gate knows.
    private static func kind(_ path: String) -> String? {
        let segments = path.split(separator: "/").map(String.init)
        guard segments.count > 1, segments[0] == "v1" else { return nil }
        return ["videos", "models", "explanations", "evaluations"].contains(segments[1]) ? segments[1] : nil
    }

    /// Every address is open, one of things that the gate knows, one that is tried below, or for those who see everything: whoever adds one says which.
    @Test func otherAddressesAreManaged() async throws {
        let open = ["/", "/healthz", "/readyz", "/version", "/openapi.yaml", "/sample.mp4"]
        let tried = ["/v1/studies/", "/dicom-web/", "/instances", "/metrics"]
        try await TestService.with { service in
            let client = try Client(service, [.read, .submit])
            for operation in service.contract.operations {
                guard !open.contains(operation.path), Self.kind(operation.path) == nil,
                    !tried.contains(where: { operation.path.hasPrefix($0) })
                else { continue }
                let answer = try await client.send(operation.method, operation.examplePath)
                #expect(answer.status == 403 && answer.detail.contains("manage"), "\(operation)")
            }
        }
    }

    @Test func resultsAndStudiesOfAnotherAreNotThere() async throws {
        try await TestService.with { service in
            // Made without a token.
            let explanation = try await service.explained(DICOMObject.cine(frames: 20))
            await service.export(to: nil, at: Date())
            let objects = try await service.get("\(explanation)/export").json["objects"].array ?? []
            let link = try #require(objects.first?["link"].string)
            let ids = link.split(separator: "/").map(String.init)
            try #require(ids.count == 7, "\(link)")
            let client = try Client(service, [.read, .submit])
            var tried = 0
            for operation in service.contract.operations {
                guard operation.path.hasPrefix("/dicom-web/") || operation.path.hasPrefix("/v1/studies/") else {
                    continue
                }
                let address = operation.path.replacing("{study}", with: ids[2]).replacing("{series}", with: ids[4])
                    .replacing("{instance}", with: ids[6]).replacing("{frames}", with: "1")
                let name = Comment(rawValue: "\(operation)")
                switch operation.method {
                case .get:
                    let foreign = try await client.get(address)
                    #expect([204, 404].contains(foreign.status), name)
                    #expect(try await service.rawRequest(address, headers: [:]).status == 200, name)
                    tried += 1
                case .delete:
                    #expect(try await client.delete(address).status == 404, name)
                    tried += 1
                default: continue
                }
            }
            #expect(tried >= 18)
            #expect(try await service.rawRequest(link, headers: [:]).status == 200)
            // What it stores itself it sees, and erases alone.
            let body = RelatedBody([DICOMObject.cine(frames: 9).bytes])
            #expect(
                try await client.send(.post, "/dicom-web/studies", type: body.contentType, body.bytes).status == 200)
            #expect(try await client.ids("/v1/videos").count == 1)
            #expect(try await client.delete("/v1/studies/2.25.1").status == 204)
            #expect(try await client.ids("/v1/videos").isEmpty)
            #expect(try await service.rawRequest(link, headers: [:]).status == 200)
        }
    }

    @Test func metricsAreReadByEveryToken() async throws {
        try await TestService.with { service in
            let (reader, sender) = (try Client(service, [.read]), try Client(service, [.submit]))
            #expect(try await reader.get("/metrics").status == 200)
            #expect(try await sender.get("/metrics").status == 403)
        }
    }
}
