import API
import Foundation
import HTTPServer
import HTTPTypes
import Models
import Pipelines
import Store
import TestSupport
import Testing

extension TestService {
    func store(
        _ objects: [[UInt8]], study: String? = nil, at location: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        let body = RelatedBody(objects)
        return try await request(
            .post, "/dicom-web/studies" + (study.map { "/\($0)" } ?? ""),
            headers: [.contentType: body.contentType, .accept: "application/dicom+json"], body: body.bytes,
            at: location)
    }

    func explanations(_ query: String = "") async throws -> [JSON] {
        let list = try await get("/v1/explanations\(query)").json["items"]
        return (0..<(list.array?.count ?? 0)).map { list[$0] }
    }
}

extension JSON {
    /// The items of a sequence of DICOM JSON.
    func items(_ tag: String) -> [JSON] { self[tag]["Value"].array ?? [] }
    func value(_ tag: String) -> JSON { self[tag]["Value"][0] }
}

/// Storing over the web: STOW-RS.
struct StoreTests {
    private static let cine = DICOMObject.cine(frames: 9)
    private static let still = DICOMObject.cine(frames: 1).with(.sopClass, .uid("1.2.840.10008.5.1.4.1.1.6.1"))
    private static let report = DICOMObject.cine(frames: 3).with(.sopClass, .uid("1.2.840.10008.5.1.4.1.1.88.11"))
        .with(.modality, .text("SR")).withoutPixels

    private static let rules = """
        {"rules": [
          {"modality": "US", "description": "*4c", "station": "room*", "frames": "2-", "width": 48,
           "model": "tiny", "request": {"method": "gradient", "checks": []}},
          {"modality": "MR", "model": "tiny"}, {"frames": "-5", "model": "tiny"}, {"model": "not-there"}
        ]}
        """

    private static func routed(_ use: (TestService) async throws -> Void) async throws {
        let routing = try RoutingTable(json: Data(rules.utf8))
        try await TestService.with(.inProcess, limits: .standard, store: .standard, routing: routing) { service in
            _ = try await service.tinyModel()
            try await use(service)
        }
    }

    @Test(arguments: Transport.allCases) func aStudyIsStored(_ transport: Transport) async throws {
        try await TestService.with(transport) { service in
            let answer = try await service.store([Self.cine.bytes, DICOMObject.cine(frames: 4).bytes])
            #expect(answer.status == 200)
            #expect(answer.header("Content-Type") == "application/dicom+json")
            let json = try answer.json
            #expect(json["00081198"].isNull)
            #expect(json.value("00081190").string?.hasSuffix("/dicom-web/studies/2.25.1") == true)
            let stored = json.items("00081199")
            #expect(stored.count == 2)
            #expect(stored[0].value("00081155") == "2.25.10019" && stored[1].value("00081155") == "2.25.10014")
            #expect(stored[0].value("00081150") == "1.2.840.10008.5.1.4.1.1.3.1")
            #expect(
                stored[0].value("00081190").string?.hasSuffix("/studies/2.25.1/series/2.25.2/instances/2.25.10019")
                    == true)
            #expect(stored[0]["00081196"].isNull)
            // They are videos like any other, and no rule queues anything.
            #expect(try await service.get("/v1/videos").json["items"].array?.count == 2)
            #expect(try await service.explanations().isEmpty)
        }
    }

    @Test func whatIsNotExplainedIsStoredWithAWarning() async throws {
        try await TestService.with { service in
            let answer = try await service.store([Self.cine.bytes, Self.still.bytes, Self.report.bytes])
            #expect(answer.status == 202)
            let stored = try answer.json.items("00081199")
            #expect(stored.map { $0.value("00081196") } == [.null, 45062, 45062])
            #expect(try answer.json["00081198"].isNull)
            #expect(try service.store.instances(study: "2.25.1").count == 3)
            // The report is kept, and is no video.
            #expect(try service.store.instance(uid: "2.25.10013")?.videoID == nil)
            #expect(try await service.get("/v1/videos").json["items"].array?.count == 2)
            #expect(try service.keptFiles().count == 3)
        }
    }

    @Test func theSameInstanceIsStoredOnce() async throws {
        try await Self.routed { service in
            for status in [200, 200] {
                let answer = try await service.store([Self.cine.bytes])
                #expect(answer.status == status)
                #expect(try answer.json.items("00081199").count == 1)
            }
            // Other bytes under the same identifiers: the first stay, and it is said.
            let other = Self.cine.with(.frameTime, .text("20")).bytes
            let answer = try await service.store([other, Self.cine.bytes])
            #expect(answer.status == 202)
            #expect(try answer.json.items("00081199").map { $0.value("00081196") } == [45056, .null])
            #expect(try service.keptFiles().count == 2)
            let video = try await service.get("/v1/videos").json["items"][0]
            #expect(video["frame_rate"] == 25)
            #expect(try await service.explanations().count == 1)
        }
    }

    @Test func rulesSayWhatIsExplained() async throws {
        try await Self.routed { service in
            let others = [
                DICOMObject.cine(frames: 10).with(DICOMObject.Tag(0x0008, 0x103E), .text("PLAX")),
                DICOMObject.cine(frames: 11).with(DICOMObject.Tag(0x0008, 0x1010), .text("WARD 7")),
            ]
            let answer = try await service.store([Self.cine.bytes, Self.still.bytes] + others.map(\.bytes))
            #expect(answer.status == 202)
            let queued = try await service.explanations()
            #expect(queued.count == 1 && queued[0]["state"] == "queued")
            #expect(queued[0]["request"]["method"] == "gradient")
            try await service.working {
                let id = try #require(queued[0]["id"].string)
                let done = try await service.get("/v1/explanations/\(id)?wait=300")
                #expect(try done.json["state"] == "succeeded")
            }
            // By study, series and instance.
            #expect(try await service.explanations("?study=2.25.1&series=2.25.2&instance=2.25.10019").count == 1)
            #expect(try await service.explanations("?study=2.25.1").count == 1)
            #expect(try await service.explanations("?instance=2.25.100110").isEmpty)
            #expect(try await service.explanations("?study=2.25.9").isEmpty)
            let refusal = try await service.get("/v1/explanations?study=a")
            #expect(refusal.status == 400 && refusal.code == "request.invalid-parameter")
        }
    }

    @Test func aStudyIsErasedWithAllThatCameOfIt() async throws {
        try await Self.routed { service in
            _ = try await service.store([Self.cine.bytes, Self.report.bytes])
            // Another object of the study came as a video, and another study stays.
            _ = try await service.upload(DICOMObject.cine(frames: 8).bytes)
            let other = DICOMObject.cine(frames: 12).with(.study, .uid("2.25.77"))
            _ = try await service.store([other.bytes])
            let first = try #require(try await service.explanations("?study=2.25.1").first?["id"].string)
            try await service.working { _ = try await service.get("/v1/explanations/\(first)?wait=300") }
            #expect(try service.keptFiles().count == 5)
            #expect(try await service.delete("/dicom-web/studies/2.25.1").status == 204)
            #expect(try await service.get("/v1/explanations/\(first)").status == 404)
            #expect(try await service.explanations().count == 1)
            #expect(try await service.get("/v1/videos").json["items"].array?.count == 1)
            #expect(try service.keptFiles().count == 2)
            #expect(try service.store.instances(study: "2.25.1").isEmpty)
            for path in ["/dicom-web/studies/2.25.1", "/v1/studies/2.25.1"] {
                let again = try await service.delete(path)
                #expect(again.status == 404 && again.code == "study.not-found")
            }
            #expect(try await service.delete("/v1/studies/2.25.77").status == 204)
            #expect(try await service.explanations().isEmpty)
            #expect(try await service.delete("/v1/studies/abc").status == 400)
            // What was erased can be sent again.
            #expect(try await service.store([Self.cine.bytes]).status == 200)
        }
    }

    @Test func theQueueBeingFullIsSaidAndNothingIsHalfStored() async throws {
        let routing = try RoutingTable(json: Data(Self.rules.utf8))
        try await TestService.with(
            .inProcess, limits: .standard, store: StoreLimits(queued: 1, interruptions: 3), routing: routing
        ) { service in
            _ = try await service.tinyModel()
            let answer = try await service.store([Self.cine.bytes, DICOMObject.cine(frames: 10).bytes])
            #expect(answer.status == 202)
            #expect(try answer.json.items("00081198").map { $0.value("00081197") } == [42753])
            #expect(try await service.get("/v1/videos").json["items"].array?.count == 1)
            let busy = try await service.store([DICOMObject.cine(frames: 10).bytes])
            #expect(busy.status == 503 && busy.header("Retry-After") == "10")
        }
    }

    @Test func onePartAndXMLAndCompressionAreTaken() async throws {
        try await TestService.with(.socket) { service in
            let coding = try #require(HTTPField.Name("Content-Encoding"))
            let single = try await service.request(
                .post, "/dicom-web/studies/2.25.1", headers: [.contentType: "application/dicom"], body: Self.cine.bytes)
            #expect(single.status == 200)
            let body = RelatedBody([Self.cine.bytes, Self.still.bytes], boundary: String(repeating: "b", count: 200))
            let xml = try await service.request(
                .post, "/dicom-web/studies",
                headers: [
                    .contentType: body.contentType, .accept: "application/dicom+xml, application/json;q=0.5",
                    coding: "gzip",
                ], body: try #require(Gzip.compress(body.bytes)))
            #expect(xml.status == 202 && xml.mediaType == "application/dicom+xml")
            #expect(
                xml.text.contains(
                    #"<DicomAttribute tag="00081196" vr="US" keyword="WarningReason"><Value number="1">45062</Value>"#))
            #expect(xml.text.contains(#"<Item number="2">"#) && xml.text.hasSuffix("</NativeDicomModel>\n"))
        }
    }

    @Test func theWrongRequestIsRefused() async throws {
        try await TestService.with(.socket) { service in
            let coding = try #require(HTTPField.Name("Content-Encoding"))
            func post(_ headers: HTTPFields, _ body: [UInt8]) async throws -> (Int, String?) {
                let answer = try await service.request(.post, "/dicom-web/studies", headers: headers, body: body)
                return (answer.status, answer.code)
            }
            let dicom: HTTPFields = [.contentType: "application/dicom"]
            let body = RelatedBody([Self.cine.bytes])
            #expect(try await post([.contentType: "image/png"], [1]) == (415, "request.unsupported-media-type"))
            #expect(
                try await post([.contentType: RelatedBody([], type: "image/png").contentType], [1])
                    == (415, "request.unsupported-media-type"))
            #expect(
                try await post(dicom.with(coding, "br"), [1]) == (415, "request.unsupported-media-type"))
            #expect(try await post(dicom.with(coding, "gzip"), [1, 2, 3]) == (400, "request.malformed-coding"))
            #expect(try await post(dicom.with(.accept, "image/png"), [1]) == (406, "request.not-acceptable"))
            #expect(
                try await post([.contentType: body.contentType], RelatedBody([]).bytes)
                    == (400, "dicom.no-instances"))
            #expect(
                try await post([.contentType: body.contentType], Array(body.bytes.prefix(100)))
                    == (400, "request.malformed-form"))
            #expect(
                try await post([.contentType: "multipart/related; type=\"application/dicom\""], body.bytes)
                    == (400, "request.malformed-form"))
            #expect(try service.keptFiles().isEmpty)
        }
    }

    @Test func anObjectOfAnotherStudyIsRefused() async throws {
        try await TestService.with { service in
            let answer = try await service.store([Self.cine.bytes], study: "2.25.2")
            #expect(answer.status == 409)
            let failed = try answer.json.items("00081198")
            #expect(failed[0].value("00081197") == 43265 && failed[0].value("00081155") == "2.25.10019")
            #expect(try service.keptFiles().isEmpty)
        }
    }

    @Test func peersOfOrthancStoreOneObject() async throws {
        try await Self.routed { service in
            let coding = try #require(HTTPField.Name("Content-Encoding"))
            let first = try await service.request(
                .post, "/instances", headers: [.contentType: "application/x-www-form-urlencoded"],
                body: Self.cine.bytes)
            #expect(first.status == 200)
            let document = try first.json
            #expect(document["Status"] == "Success")
            #expect(document["Path"] == "/dicom-web/studies/2.25.1/series/2.25.2/instances/2.25.10019")
            let again = try await service.request(
                .post, "/instances", headers: [coding: "gzip"], body: try #require(Gzip.compress(Self.cine.bytes)))
            #expect(try again.json["Status"] == "AlreadyStored" && again.json["ID"] == document["ID"])
            #expect(try await service.explanations().count == 1)
            for (body, code, status) in [
                (Array("no DICOM".utf8), "video.not-a-video", 422), ([], "video.empty", 422),
                (Self.cine.with(.study, nil).bytes, "dicom.no-identifiers", 422),
                (Array(Self.cine.bytes.dropLast(5000)), "dicom.truncated", 422),
            ] {
                let answer = try await service.request(.post, "/instances", headers: [:], body: body)
                #expect(answer.status == status && answer.code == code)
            }
            #expect(try service.keptFiles().count == 2)
        }
    }
}

extension HTTPFields {
    fileprivate func with(_ name: HTTPField.Name, _ value: String) -> HTTPFields {
        var fields = self
        fields[name] = value
        return fields
    }
}
