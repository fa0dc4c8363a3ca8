import DICOM
import Foundation
import HTTPTypes
import Store
import TestSupport
import Testing

/// Results by their identifiers: searches, objects, attributes and pictures (PS3.18).
struct ResultObjectTests {
    private struct Scene {
        let service: TestService
        /// Addresses of the objects.
        let cine, report: String

        static func with(_ transport: Transport, use: (Scene) async throws -> Void) async throws {
            try await TestService.with(transport) { service in
                let address = try await service.explained(DICOMObject.cine(frames: 20))
                await service.export(to: nil, at: Date())
                let objects = try await service.get("\(address)/export").json["objects"].array ?? []
                #expect(objects.map { $0["object"].string } == ["cine", "sr"])
                try await use(
                    Scene(
                        service: service, cine: #require(objects.first?["link"].string),
                        report: #require(objects.last?["link"].string)))
            }
        }
    }

    @Test func searchesFindWhatMatches() async throws {
        try await Scene.with(.inProcess) { scene in
            func found(_ path: String) async throws -> [JSON] {
                let answer = try await scene.service.get("/dicom-web/\(path)")
                guard answer.status != 204 else { return [] }
                #expect(answer.status == 200 && answer.header("Content-Type") == "application/dicom+json")
                return try answer.json.array ?? []
            }
            let studies = try await found("studies")
            #expect(studies.count == 1)
            #expect(studies[0]["0020000D"]["Value"] == ["2.25.1"])
            #expect(studies[0]["00100010"]["Value"] == [["Alphabetic": .string(DICOMObject.patientName)]])
            #expect(studies[0]["00201208"]["Value"] == [2] && studies[0]["00201206"]["Value"] == [2])
            #expect(studies[0]["00080061"]["Value"] == ["SR", "US"])
            #expect(try await found("studies/2.25.1/series").count == 2)
            #expect(try await found("studies/2.25.1/instances").count == 2)
            #expect(try await found("series?Modality=SR").count == 1)
            for (query, count) in [
                ("", 2), ("?PatientID=PID*", 2), ("?PatientID=PID", 0), ("?00100020=PID-4711-081%3F", 2),
                ("?PatientName=vogel*", 2), ("?PatientName=*x*", 0), ("?StudyInstanceUID=2.25.9,2.25.1", 2),
                ("?StudyInstanceUID=2.25.9", 0), ("?SOPClassUID=1.2.840.10008.5.1.4.1.1.7.4", 1), ("?limit=1", 1),
                ("?offset=1", 1), ("?offset=2", 0), ("?includefield=all", 2), ("?StudyDate=20200101-", 0),
            ] { #expect(try await found("instances\(query)").count == count, "\(query)") }
            #expect(try await scene.service.get("/dicom-web/studies?StudyInstanceUID=1").status == 204)
            #expect(try await scene.service.get("/dicom-web/studies/2.25.77/series").status == 204)
        }
    }

    @Test(arguments: Transport.allCases) func objectsComeAsTheyAreStored(_ transport: Transport) async throws {
        try await Scene.with(transport) { scene in
            let alone = try await scene.service.get(scene.cine, accept: "application/dicom")
            #expect(alone.status == 200 && alone.mediaType == "application/dicom")
            for accept in [
                "multipart/related; type=\"application/dicom\"; transfer-syntax=*", "multipart/related", "*/*",
                "multipart/related; type=application/dicom; transfer-syntax=1.2.840.10008.1.2.4.50",
            ] {
                let answer = try await scene.service.get(scene.cine, accept: accept)
                let parts = try Self.parts(answer)
                #expect(parts == [Data(alone.body)], "\(accept)")
            }
            #expect(try Self.parts(await scene.service.get("/dicom-web/studies/2.25.1")).count == 2)
            let series = scene.report.replacing(/\/instances\/.*/, with: "")
            #expect(try Self.parts(await scene.service.get(series)).count == 1)
            for (path, accept) in [
                (scene.cine, "image/png"), (scene.cine, "multipart/related; type=\"application/octet-stream\""),
                (scene.cine, "multipart/related; type=\"application/dicom\"; transfer-syntax=1.2.840.10008.1.2.4.90"),
                ("\(scene.cine)/metadata", "multipart/related; type=\"application/octet-stream\""),
                ("/dicom-web/studies", "text/html"),
            ] { #expect(try await scene.service.get(path, accept: accept).status == 406, "\(path) \(accept)") }
        }
    }

    @Test func metadataIsEverythingButPixels() async throws {
        try await Scene.with(.inProcess) { scene in
            // As OHIF asks.
            let answer = try await scene.service.get(
                "\(scene.cine)/metadata",
                accept: "application/dicom+json, multipart/related; type=application/octet-stream")
            let metadata = try #require(try answer.json.array?.first)
            #expect(answer.header("Content-Type") == "application/dicom+json")
            #expect(metadata["00280008"]["Value"] == [7] && metadata["00181063"]["Value"] == [40])
            #expect(metadata["00082112"]["Value"].array?.first?["00081160"]["Value"] == [2, 3, 4, 5, 6, 7, 8])
            #expect(metadata["7FE00010"]["BulkDataURI"].string?.hasSuffix("/frames") == true)
            #expect(try await scene.service.get("/dicom-web/studies/2.25.1/metadata").json.array?.count == 2)
            let report = try #require(try await scene.service.get("\(scene.report)/metadata").json.array?.first)
            #expect(report["0040A043"]["Value"].array?.first?["00080100"]["Value"] == ["126000"])
            #expect(report["7FE00010"].isNull)
        }
    }

    /// What the XML says is held against DCMTK's own in Tests/PACS/results.py.
    @Test func metadataAndSearchesComeAsXML() async throws {
        try await Scene.with(.inProcess) { scene in
            for (path, count) in [
                ("/dicom-web/studies/2.25.1/metadata", 2), ("/dicom-web/series", 2), ("/dicom-web/studies", 1),
            ] {
                for accept in [
                    "multipart/related; type=\"application/dicom+xml\"", "application/dicom+xml",
                    "application/dicom+json;q=0.1, multipart/related; type=application/dicom+xml",
                ] {
                    let answer = try await scene.service.get(path, accept: accept)
                    #expect(
                        answer.header("Content-Type")?.hasPrefix("multipart/related; type=\"application/dicom+xml\"")
                            == true)
                    let parts = try Self.parts(answer).map { String(decoding: $0, as: UTF8.self) }
                    #expect(parts.count == count)
                    for part in parts {
                        #expect(part.hasPrefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?><NativeDicomModel "))
                        #expect(
                            part.contains(
                                "<DicomAttribute tag=\"0020000D\" vr=\"UI\" keyword=\"StudyInstanceUID\"><Value number=\"1\">2.25.1</Value></DicomAttribute>"
                            ))
                    }
                }
                for accept in [
                    "*/*", "application/dicom+json, multipart/related; type=\"application/dicom+xml\"",
                    "application/json",
                ] {
                    #expect(
                        try await scene.service.get(path, accept: accept).header("Content-Type")
                            == "application/dicom+json")
                }
            }
            #expect(
                try await scene.service.get("/dicom-web/studies?StudyInstanceUID=1", accept: "application/dicom+xml")
                    .status == 204)
        }
    }

    @Test func picturesAreShown() async throws {
        try await Scene.with(.inProcess) { scene in
            for (path, accept, type, magic) in [
                ("rendered", "*/*", "video/mp4", [0, 0, 0]), ("rendered", "image/gif", "image/gif", Array("GIF".utf8)),
                ("rendered", "image/jpeg", "image/jpeg", [0xFF, 0xD8, 0xFF]),
                ("thumbnail", "*/*", "image/jpeg", [0xFF, 0xD8, 0xFF]),
                ("frames/7/rendered", "image/png", "image/png", [0x89, 0x50, 0x4E]),
                ("frames/7/rendered", "image/*", "image/jpeg", [0xFF, 0xD8, 0xFF]),
            ] as [(String, String, String, [UInt8])] {
                let answer = try await scene.service.get("\(scene.cine)/\(path)", accept: accept)
                #expect(answer.status == 200 && answer.mediaType == type, "\(path)")
                #expect(Array(answer.body.prefix(3)) == magic, "\(path)")
            }
            let first = try await scene.service.get("\(scene.cine)/frames/1/rendered").body
            #expect(try await scene.service.get("\(scene.cine)/frames/7/rendered").body != first)
            #expect(try await scene.service.get("\(scene.cine)/thumbnail").body == first)
            #expect(try Self.parts(await scene.service.get("\(scene.cine)/frames/1,7")).count == 2)
        }
    }

    @Test func whatIsNotThereIsToldApart() async throws {
        try await Scene.with(.inProcess) { scene in
            for (path, status, code) in [
                ("\(scene.cine)/frames/8/rendered", 404, "frame.not-found"),
                ("\(scene.cine)/frames/1,8", 404, "frame.not-found"),
                ("\(scene.cine)/frames/0/rendered", 400, "request.invalid-parameter"),
                ("\(scene.cine)/frames/one", 400, "request.invalid-parameter"),
                ("\(scene.cine)/frames/1,2/rendered", 400, "request.invalid-parameter"),
                ("\(scene.report)/rendered", 406, "request.not-acceptable"),
                ("\(scene.report)/frames/1", 406, "request.not-acceptable"),
                ("\(scene.cine)9", 404, "result.not-found"), ("\(scene.cine)9/thumbnail", 404, "result.not-found"),
                ("/dicom-web/studies/2.25.1/series/2.25.2", 404, "result.not-found"),
                ("/dicom-web/studies/2.25.9/metadata", 404, "result.not-found"),
                ("/dicom-web/studies?limit=0", 400, "request.invalid-parameter"),
                ("/dicom-web/instances?Rows=7", 400, "request.unknown-parameter"),
            ] {
                let answer = try await scene.service.get(path)
                #expect(answer.status == status && answer.code == code, "\(path): \(answer.text)")
            }
            let gif = try await scene.service.get("\(scene.cine)/frames/1/rendered", accept: "image/gif")
            #expect(gif.status == 406)
        }
    }

    /// What belongs to one token is not there for another.
    @Test func resultsBelongToWhoeverAskedForThem() async throws {
        try await Scene.with(.inProcess) { scene in
            let token = try scene.service.token([.read])
            for path in [
                scene.cine, "\(scene.cine)/metadata", "\(scene.cine)/rendered", "\(scene.cine)/thumbnail",
                "\(scene.cine)/frames/1", "\(scene.cine)/frames/1/rendered", "/dicom-web/studies/2.25.1",
                "/dicom-web/studies/2.25.1/metadata",
            ] {
                let answer = try await scene.service.request(
                    .get, path, headers: [.authorization: "Bearer \(token)"], body: [])
                #expect(answer.status == 404 && answer.code == "result.not-found", "\(path)")
            }
            for path in ["/dicom-web/studies", "/dicom-web/series", "/dicom-web/studies/2.25.1/instances"] {
                let answer = try await scene.service.request(
                    .get, path, headers: [.authorization: "Bearer \(token)"], body: [])
                #expect(answer.status == 204, "\(path)")
            }
        }
    }

    /// Deleting the source or the explanation takes what names the patient with it.
    @Test func resultsGoWithTheirSource() async throws {
        try await Scene.with(.inProcess) { scene in
            let videos = try await scene.service.get("/v1/videos").json["items"].array ?? []
            for video in videos { _ = try await scene.service.delete("/v1/videos/\(video["id"].string ?? "")") }
            #expect(try await scene.service.get("/dicom-web/instances").status == 204)
            #expect(try await scene.service.get(scene.cine).status == 404)
        }
    }

    private static func parts(_ answer: Answer) throws -> [Data] {
        let type = try #require(answer.header("Content-Type"))
        #expect(answer.status == 200 && type.hasPrefix("multipart/related; type=\""), "\(answer.text)")
        let boundary = try #require(type.components(separatedBy: "boundary=").last)
        let delimiter = Data("--\(boundary)".utf8)
        var (body, parts) = (Data(answer.body)[...], [Data]())
        #expect(body.starts(with: delimiter))
        body = body.dropFirst(delimiter.count)
        while let next = body.range(of: Data("\r\n".utf8) + delimiter) {
            let part = body[body.startIndex..<next.lowerBound]
            let head = try #require(part.range(of: Data("\r\n\r\n".utf8)))
            parts.append(Data(part[head.upperBound...]))
            body = body[next.upperBound...]
        }
        #expect(Data(body) == Data("--\r\n".utf8))
        return parts
    }
}
