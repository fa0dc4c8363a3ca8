import API
import HTTPTypes
import OpenID
import Store
import Testing
import Video

/// Every refusal that the contract describes: its status, its code and its text; nothing is kept, and the next request works.
struct RefusalTests {
    /// Codes that no request of a test comes to, each with the reason.
    static let unprovoked = [
        "checkpoint.too-large": "takes 2 GiB",
        "checkpoint.too-many-entries": "takes an archive of 200,001 entries",
        "checkpoint.unreadable": "takes a failing disk",
        "dicom.reader-ended": "takes a decoder that crashes, in a process of its own: the end-to-end tests have one",
        "video.frame-out-of-range": "takes a decoder that swallows frames without an error",
        "video.unreadable": "takes a failing disk",
    ]

    @Test(arguments: Refusal.groups.keys.sorted()) func refusesAndGoesOn(_ group: String) async throws {
        let refusals = try #require(Refusal.groups[group])
        try await Scene.with(.socket) { scene in
            let service = scene.service
            let catalogue = service.contract.root["components"]["examples"]
            let (kept, lists) = (try service.keptFiles(), try await lists(service))
            for refusal in refusals {
                let answer = try await refusal.send(scene)
                let name = Comment(rawValue: "\(refusal.testDescription): \(answer.text.prefix(400))")
                #expect(answer.code == refusal.code, name)
                #expect(answer.status == catalogue[refusal.code]["value"]["status"].int, name)
                #expect(answer.detail.contains(refusal.tells), name)
                #expect(try service.keptFiles() == kept, name)
                #expect(try await service.get("/healthz").status == 200, name)
            }
            #expect(try await self.lists(service) == lists)
        }
    }

    private func lists(_ service: TestService) async throws -> [JSON] {
        var lists: [JSON] = []
        for path in ["/v1/videos", "/v1/models", "/v1/explanations", "/v1/evaluations"] {
            lists.append(try await service.get(path).json)
        }
        return lists
    }

    /// Limits are lowered here, so that files stay small.
    @Test func whatIsTooLargeIsRefused() async throws {
        var limits = ServiceLimits.standard
        limits.video.maximumFrames = 31
        try await TestService.with(.socket, limits: limits, store: .standard) { service in
            let answer = try await service.upload(service.sample())
            #expect(answer.status == 422 && answer.code == "video.too-large" && answer.detail.contains("31"))
            #expect(try await service.get("/healthz").status == 200)
        }
    }

    @Test func everyRefusalOfTheContractIsProvoked() async throws {
        try await TestService.with { service in
            let catalogue = service.contract.root["components"]["examples"]
            let described = catalogue.names.filter {
                (400..<500).contains(catalogue[$0]["value"]["status"].int ?? 0)
            }
            var provoked = Set(Refusal.groups.values.joined().map(\.code))
            provoked.formUnion(ProtocolRefusal.all.map(\.code))
            provoked.formUnion([
                "video.too-large", "video.not-explained", "video.invalid-sampling", "video.not-shown",
                "evaluation.not-finished",
            ])
            // By TokenTests.
            provoked.formUnion(["access.token-missing", "access.token-invalid", "access.scope-missing"])
            // By QueueTests.
            provoked.insert("queue.share-full")
            // By IssuedTokenTests.
            provoked.formUnion(TokenRefusal.allCases.map(\.code))
            // By GeometryTests, DICOMResultTests, ExportTests and ResultObjectTests.
            provoked.formUnion([
                "beats.unknown", "beats.outside", "dicom.no-identity", "export.not-found", "result.not-found",
            ])
            #expect(provoked.isDisjoint(with: Self.unprovoked.keys))
            #expect(Set(described).subtracting(provoked) == Set(Self.unprovoked.keys))
        }
    }
}
