import API
import DICOM
import Foundation
import Store
import TestSupport
import Testing
import Video

/// Explanations as DICOM objects, held against the validator of dicom3tools and the programs of DCMTK.
struct DICOMResultTests {
    private static func explained(
        _ object: DICOMObject, _ request: JSON, in service: TestService
    ) async throws -> String {
        let model = try await service.tinyModel()
        let video = try await service.upload(object.bytes).json["id"]
        var address: String?
        try await service.working {
            let request = request.with("video", video).with("model", .string(model))
            let explanation = try await service.explained(request)
            #expect(explanation["state"] == "succeeded", "\(explanation)")
            address = explanation["links"]["self"].string
        }
        return try #require(address)
    }

    private static func file(_ answer: Answer, _ directory: TemporaryDirectory) throws -> URL {
        #expect(answer.status == 200 && answer.mediaType == "application/dicom")
        let url = directory.url.appending(path: "\(UUID().uuidString).dcm")
        try Data(answer.body).write(to: url)
        return url
    }

    /// - Returns: lines that tell of errors.
    private static func complaints(_ url: URL) throws -> [String] {
        try ForeignProgram.run(["dciodvfy", url.path]).output.split(separator: "\n").map(String.init)
            .filter { $0.hasPrefix("Error") || $0.hasPrefix("Warning") }
            // The source here has no date, time or number of its study, which a DICOMDIR would need.
            .filter { !$0.hasPrefix("Warning - Missing attribute or value that would be needed to build DICOMDIR") }
            // Nor does anybody say which part of the body it shows, and of which side.
            .filter { !$0.hasSuffix("attribute <Laterality>") }
    }

    private static func dump(_ url: URL) throws -> String {
        try ForeignProgram.run(["dcmdump", "+L", url.path]).output
    }

    private static let limits = DICOMLimits(
        pixels: 1 << 24, frames: 1000, bytes: 1 << 28, showsWholeFrames: true)

    @Test func theCineIsAnObjectThatViewersPlay() async throws {
        let directory = try TemporaryDirectory()
        try await TestService.with { service in
            let address = try await Self.explained(
                DICOMObject.cine(frames: 20), ["method": "smoothgrad", "samples": 2, "seed": 5, "checks": []],
                in: service)
            let answer = try await service.get("\(address)/dicom")
            let url = try Self.file(answer, directory)
            let complaints = try Self.complaints(url)
            #expect(complaints == [], "\(complaints)")
            let facts = try DICOMFile(url, limits: Self.limits).facts
            #expect(facts.sopClass == "1.2.840.10008.5.1.4.1.1.7.4" && facts.study == "2.25.1")
            #expect(facts.series != "2.25.2" && facts.isOwnResult)
            // Flow leads into frames 1 to 7 of the clip's eight.
            #expect(facts.image?.frames == 7)
            #expect(facts.timing.frameMicroseconds == 40_000 && facts.timing.source == .frameTime)
            let text = try Self.dump(url)
            for expected in [
                "PN [\(DICOMObject.patientName)]", "LO [PID-4711-0815]", "UI [2.25.100120]", "IS [2\\3\\4\\5\\6\\7\\8]",
                "CS [NO]", "seed 5", "SmoothGrad", "Not for diagnosis", "NOT FOR DIAGNOSIS", "YBR_FULL_422",
                "UI [\(ResultMark.implementation)]",
            ] { #expect(text.contains(expected), "\(expected) is not in \(text)") }
            // The same bytes whenever it is asked for; nothing in what clients see names a patient.
            #expect(try await service.get("\(address)/dicom?map=flow").body == answer.body)
            #expect(try await service.get("\(address)/dicom?map=error").body != answer.body)
            #expect(try await !service.get(address).text.contains("Vogelsang"))
        }
    }

    @Test func theDrawingMovesWithTheSourceAndShowsNoNames() async throws {
        let directory = try TemporaryDirectory()
        try await TestService.with { service in
            let address = try await Self.explained(
                DICOMObject.cine(frames: 20), ["method": "gradient", "checks": []], in: service)
            let file = try DICOMFile(
                Self.file(await service.get("\(address)/dicom?map=pixels"), directory), limits: Self.limits)
            let (first, last) = (try file.frame(0), try file.frame(7))
            #expect(first.pixels != last.pixels)
            // Of white there is text alone: the letters that are burnt in above the region are four rows of 48 white pixels.
            let longest = (0..<first.height).map { y -> Int in
                var (run, best) = (0, 0)
                for x in 0..<first.width {
                    let place = 3 * (y * first.width + x)
                    run = first.pixels[place..<place + 3].allSatisfy { $0 > 240 } ? run + 1 : 0
                    best = max(best, run)
                }
                return best
            }
            #expect((longest.max() ?? 0) < 20)
        }
    }

    @Test func theReportSaysWhatTheModelSaid() async throws {
        let directory = try TemporaryDirectory()
        try await TestService.with { service in
            let address = try await Self.explained(
                DICOMObject.cine(frames: 20), ["method": "smoothgrad", "samples": 2, "seed": 5], in: service)
            let url = try Self.file(await service.get("\(address)/dicom?object=sr"), directory)
            let complaints = try Self.complaints(url)
            #expect(complaints == [], "\(complaints)")
            let (status, text) = try ForeignProgram.run(["dsrdump", "+Pl", "+Pu", url.path])
            #expect(status == 0 && !text.contains("W: ") && !text.contains("E: "), "\(text)")
            let report = try await service.get(address).json
            let label = try #require(report["prediction"]["label"].string)
            for expected in [
                "Comprehensive SR", DICOMObject.patientName, "\"\(label)\"", "Share of motion", "seed 5",
                "Likeness to an untrained model's map: ", "Not for diagnosis", "2.25.100120", "Visual explanation",
            ] { #expect(text.contains(expected), "\(expected) is not in \(text)") }
            let share = try #require(report["shares"]["motion"].double)
            #expect(text.contains(DecimalText.of(share)))
        }
    }

    @Test func whatComesBackIsNotExplained() async throws {
        try await TestService.with { service in
            let address = try await Self.explained(
                DICOMObject.cine(frames: 9), ["method": "gradient", "checks": []], in: service)
            let video = try await service.upload(service.get("\(address)/dicom").body).json
            #expect(video["dicom"]["not_explained"]["code"] == "own-result", "\(video)")
        }
    }

    /// The operator lets objects without regions be seen: what is burnt in there is not known.
    @Test func anObjectWithoutRegionsMayShowNames() async throws {
        let directory = try TemporaryDirectory()
        var limits = ServiceLimits.standard
        limits.video.showsWholeDICOMFrames = true
        try await TestService.with(.inProcess, limits: limits, store: .standard) { service in
            let bare = DICOMObject.cine(frames: 9).with(.regions, nil)
            for (object, expected) in [(bare, "CS [YES]"), (bare.with(.burnedIn, .text("NO")), "CS [NO]")] {
                let address = try await Self.explained(object, ["method": "gradient", "checks": []], in: service)
                let text = try Self.dump(Self.file(await service.get("\(address)/dicom"), directory))
                let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("(0028,0301)") })
                #expect(line.contains(expected))
            }
        }
    }

    /// The part of the body as an attribute of its own, and as the name of an examination.
    @Test(arguments: [
        [(DICOMObject.Tag(0x0018, 0x0015), "CS", "HEART ")],
        [(DICOMObject.Tag(0x0008, 0x0008), "CS", "ORIGINAL\\PRIMARY\\TTE")],
    ])
    func aSourceThatSaysEverythingLeavesNothingToComplainOf(
        part: [(DICOMObject.Tag, String, String)]
    ) async throws {
        let directory = try TemporaryDirectory()
        try await TestService.with { service in
            var whole = DICOMObject.cine(frames: 9)
            for (tag, representation, text) in part + [
                (.init(0x0008, 0x0020), "DA", "20260102"), (.init(0x0008, 0x0030), "TM", "101112"),
                (.init(0x0020, 0x0010), "SH", "17"),
            ] { whole = whole.with(tag, .raw(representation, Array(text.utf8))) }
            let address = try await Self.explained(
                whole, ["method": "smoothgrad", "samples": 2, "seed": 5], in: service)
            let cine = try await Self.file(service.get("\(address)/dicom"), directory)
            #expect(try ForeignProgram.run(["dciodvfy", cine.path]).output == "MultiframeTrueColorSCImage\n")
            let text = try Self.dump(cine)
            #expect(text.contains("(0018,0015) CS [HEART]") && !text.contains("(0020,0060)"), "\(text)")
            let report = try await Self.file(service.get("\(address)/dicom?object=sr"), directory)
            #expect(try ForeignProgram.run(["dciodvfy", report.path]).output == "ComprehensiveSR\n")
        }
    }

    @Test func aNameInLatinLettersIsToldInUnicode() async throws {
        let directory = try TemporaryDirectory()
        try await TestService.with { service in
            let object = DICOMObject.cine(frames: 9)
                .with(.init(0x0008, 0x0005), .raw("CS", Array("ISO_IR 100".utf8)))
                .with(
                    .init(0x0010, 0x0010), .raw("PN", "M\u{FC}ller^J\u{F6}rg ".unicodeScalars.map { UInt8($0.value) }))
            let address = try await Self.explained(object, ["method": "gradient", "checks": []], in: service)
            for name in ["cine", "sr"] {
                let text = try await Self.dump(Self.file(service.get("\(address)/dicom?object=\(name)"), directory))
                #expect(text.contains("CS [ISO_IR 192]") && text.contains("PN [Müller^Jörg]"), "\(text)")
            }
        }
    }

    @Test func longClipsKeepBelowNinetyFrames() async throws {
        let directory = try TemporaryDirectory()
        try await TestService.with { service in
            let address = try await Self.explained(
                DICOMObject.cine(frames: 100),
                ["method": "gradient", "checks": [], "space": "pixels", "windows": ["stride": 8]], in: service)
            let facts = try DICOMFile(
                Self.file(await service.get("\(address)/dicom"), directory), limits: Self.limits
            ).facts
            let all = try DICOMFile(
                Self.file(await service.get("\(address)/dicom?frames=all"), directory), limits: Self.limits
            ).facts
            let frames = try #require(all.image?.frames)
            #expect(frames >= 96 && facts.image?.frames == (frames + 1) / 2)
            #expect(all.timing.frameMicroseconds == 40_000 && facts.timing.frameMicroseconds == 80_000)
            #expect(facts.instance != all.instance && facts.series == all.series)
        }
    }

    @Test func anObjectWithoutAStudyHasNone() async throws {
        try await TestService.with { service in
            let address = try await Self.explained(
                DICOMObject.cine(frames: 9).with(.study, nil), ["method": "gradient", "checks": []], in: service)
            let answer = try await service.get("\(address)/dicom")
            #expect(answer.status == 404 && answer.code == "dicom.no-identity")
        }
    }

    @Test func aVideoThatIsGoneHasNone() async throws {
        try await TestService.with { service in
            let address = try await Self.explained(
                DICOMObject.cine(frames: 9), ["method": "gradient", "checks": []], in: service)
            let video = try #require(try await service.get(address).json["links"]["video"].string)
            #expect(try await service.delete(video).status == 204)
            let answer = try await service.get("\(address)/dicom")
            #expect(answer.status == 404 && answer.code == "video.not-found")
        }
    }
}
