import Foundation
import TestSupport
import Testing

/// Objects that no honest PACS sends, between two that one does: each gets its answer, and the rest of the study is stored.
struct HostileObjectTests {
    private let directory: TemporaryDirectory
    private let service: ServiceProcess

    init() async throws {
        directory = try TemporaryDirectory()
        service = try await ServiceProcess.start(in: directory, environment: [:])
    }

    private static let cine = DICOMObject.cine(frames: 9)
    /// Failure reasons (0008,1197).
    private static let (notUnderstood, tooLarge, readerEnded) = (0xC000, 0xA700, 0x0110)

    /// Sequences within sequences, none of which ends.
    private static let endless: [UInt8] = {
        let item: [UInt8] = [0xFE, 0xFF, 0x00, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF]
        let sequence: [UInt8] = [0x40, 0x00, 0x30, 0xA7] + Array("SQ".utf8) + [0, 0, 0xFF, 0xFF, 0xFF, 0xFF]
        return (0..<100_000).flatMap { _ in item + sequence }
    }()

    private static func huge(_ frames: String) -> DICOMObject {
        cine.with(.rows, .short(65535)).with(.columns, .short(65535)).with(.numberOfFrames, .text(frames))
    }

    private static let hostile: [(name: String, bytes: [UInt8], reasons: [Int])] = [
        ("cut off in its pixels", Array(cine.bytes.dropLast(5000)), [notUnderstood]),
        ("cut off in its header", Array(cine.bytes.prefix(300)), [notUnderstood]),
        ("without a preamble", Array(cine.bytes.dropFirst(132)), [notUnderstood]),
        ("rows that are a text", cine.with(.rows, .raw("LO", [7, 7])).bytes, [notUnderstood]),
        ("pixels that are a date", cine.with(.pixelData, .raw("DA", [1, 2, 3, 4])).bytes, [notUnderstood]),
        ("more frames than there are", cine.with(.numberOfFrames, .text("400")).bytes, [notUnderstood]),
        ("a milliard frames", cine.with(.numberOfFrames, .text("999999999")).bytes, [notUnderstood, tooLarge]),
        ("no number of frames", cine.with(.numberOfFrames, .text("-7")).bytes, [notUnderstood]),
        ("four milliard pixels", huge("1").bytes, [tooLarge]),
        ("tera-pixels", huge("1000").bytes, [tooLarge]),
        ("compressed tera-pixels", huge("1000").encapsulated(DICOMObject.jpegBaseline, [[1]]).bytes, [tooLarge]),
        ("no JPEG", cine.encapsulated(DICOMObject.jpegBaseline, [[1, 2], [3, 4]]).bytes, [notUnderstood]),
        ("a JPEG's beginning", cine.encapsulated(DICOMObject.jpegBaseline, [[0xFF, 0xD8]]).bytes, [notUnderstood]),
        (
            "no JPEG 2000", cine.encapsulated("1.2.840.10008.1.2.4.90", Array(repeating: [9, 9], count: 9)).bytes,
            [notUnderstood]
        ),
        ("no RLE", cine.encapsulated("1.2.840.10008.1.2.5", Array(repeating: [5], count: 9)).bytes, [notUnderstood]),
        (
            "no video", cine.encapsulated("1.2.840.10008.1.2.4.102", [Array(repeating: 71, count: 400)]).bytes,
            [notUnderstood]
        ),
        ("no fragments", cine.encapsulated(DICOMObject.jpegBaseline, []).bytes, [notUnderstood]),
        (
            "sequences without end", cine.with(.init(0x0040, 0xA730), .raw("SQ", endless)).bytes,
            [notUnderstood, readerEnded]
        ),
        ("without a study", cine.with(.study, nil).bytes, [0xA900]),
        ("nothing", [], [notUnderstood]),
        ("text", Array("a text\r\n--".utf8), [notUnderstood]),
    ]

    /// Multipart with a boundary that a PACS makes.
    private static func body(_ objects: [[UInt8]], closed: Bool) -> [UInt8] {
        objects.flatMap { Array("\r\n--b-c\r\nContent-Type: application/dicom\r\n\r\n".utf8) + $0 }
            + Array(closed ? "\r\n--b-c--".utf8 : "".utf8)
    }

    private static let contentType = #"Content-Type: multipart/related; type="application/dicom"; boundary=b-c"#

    private struct StoreBody: Decodable {
        struct Element: Decodable { let Value: [Int]? }
        struct Item: Decodable {
            let reason: Element?
            enum CodingKeys: String, CodingKey { case reason = "00081197" }
        }
        struct Sequence: Decodable { let Value: [Item]? }
        let failed: Sequence?
        let stored: Sequence
        enum CodingKeys: String, CodingKey {
            case failed = "00081198"
            case stored = "00081199"
        }

        var reasons: [Int] { (failed?.Value ?? []).compactMap { $0.reason?.Value?.first } }
        var count: Int { stored.Value?.count ?? 0 }
    }

    private func store(
        _ objects: [[UInt8]], closed: Bool, expecting status: Int, at location: SourceLocation = #_sourceLocation
    ) async throws -> StoreBody {
        let file = directory.url.appending(path: UUID().uuidString)
        try Data(Self.body(objects, closed: closed)).write(to: file)
        let answer = try await service.curl(
            "/dicom-web/studies", ["--header", Self.contentType, "--data-binary", "@\(file.path)"], expecting: status,
            at: location)
        return try JSONDecoder().decode(StoreBody.self, from: Data(answer.body))
    }

    private func eraseAll() async throws {
        try await service.curl("/v1/studies/2.25.1", ["--request", "DELETE"], expecting: 204)
    }

    /// The most memory that the service has held so far, in bytes.
    private var peakMemory: Int {
        get throws {
            let status = try String(contentsOfFile: "/proc/\(service.child.identifier)/status", encoding: .utf8)
            let line = try #require(status.firstMatch(of: /VmHWM:\s+([0-9]+) kB/))
            return try #require(Int(line.1)) * 1024
        }
    }

    private func files(_ name: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(
            atPath: directory.url.appending(path: "data/\(name)").path
        ).filter { $0.count > 3 }
    }

    @Test func eachGetsItsReasonAndTheRestIsStored() async throws {
        let (first, last) = (Self.cine.bytes, DICOMObject.cine(frames: 4).bytes)
        _ = try await store([first], closed: true, expecting: 200)
        try await eraseAll()
        let before = try peakMemory
        for (name, bytes, reasons) in Self.hostile {
            let answer = try await store([first, bytes, last], closed: true, expecting: 202)
            #expect(answer.count == 2, "\(name)")
            #expect(
                answer.reasons.count == 1 && answer.reasons.allSatisfy(reasons.contains), "\(name): \(answer.reasons)")
            #expect(try files("incoming").isEmpty && files("content").count == 2, "\(name)")
            try await eraseAll()
        }
        // What they would have taken goes to gigabytes.
        #expect(try peakMemory - before < 64 << 20)
        // Alone, none of them is stored.
        for (name, bytes, reasons) in Self.hostile.prefix(4) {
            let answer = try await store([bytes], closed: true, expecting: 409)
            #expect(answer.count == 0 && answer.reasons.allSatisfy(reasons.contains), "\(name)")
        }
        #expect(!service.logText.contains("Vogelsang") && !service.logText.contains("4711"))
        #expect(await service.stop() == .exit(0))
    }

    /// A preamble may be anything: what is after it is what counts.
    @Test(arguments: ["MZ\u{0}\u{0}PE", "%PDF-1.4", "<html><script>", "II*\u{0}", "\u{7F}ELF"])
    func aFileThatIsSomethingElseTooIsTheObject(_ preamble: String) async throws {
        let object = Self.cine.with(preamble: preamble).bytes
        let answer = try await store([object], closed: true, expecting: 200)
        #expect(answer.count == 1)
        let list = try await service.document("/v1/videos", as: VideoListBody.self)
        #expect(list.items.map(\.format) == ["dicom"])
        #expect(await service.stop() == .exit(0))
    }

    private struct VideoListBody: Decodable { let items: [VideoBody] }

    @Test func whatCameWholeBeforeTheBodyBrokeOffStays() async throws {
        let (first, last) = (Self.cine.bytes, DICOMObject.cine(frames: 4).bytes)
        let answer = try await store([first, last], closed: false, expecting: 202)
        #expect(answer.count == 1 && answer.reasons == [Self.notUnderstood])
        #expect(try files("incoming").isEmpty && files("content").count == 1)
        #expect(await service.stop() == .exit(0))
    }

    /// A body in chunks that does not end, until the connection does.
    @Test func aBodyWithoutEndTakesNoMemory() async throws {
        _ = try await store([Self.cine.bytes], closed: true, expecting: 200)
        let before = try peakMemory
        do {
            let connection = try RawConnection(service)
            connection.send(
                Array(
                    "POST /dicom-web/studies HTTP/1.1\r\nHost: a\r\n\(Self.contentType)\r\nTransfer-Encoding: chunked\r\n\r\n"
                        .utf8))
            func send(_ chunk: [UInt8]) {
                connection.send(Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + Array("\r\n".utf8))
            }
            send(Self.body([DICOMObject.cine(frames: 5).bytes], closed: false))
            send(Array("\r\n--b-c\r\nContent-Type: application/dicom\r\n\r\n".utf8) + Self.cine.bytes.prefix(1000))
            let piece = [UInt8](repeating: 13, count: 1 << 20)
            for _ in 0..<128 { send(piece) }
            connection.resetAtClose()
        }
        // It is noticed that nobody sends any more.
        for _ in 0..<600 {
            if try files("incoming").isEmpty { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(try files("incoming").isEmpty && files("content").count == 2)
        #expect(try peakMemory - before < 64 << 20)
        #expect(await service.stop() == .exit(0))
    }
}
