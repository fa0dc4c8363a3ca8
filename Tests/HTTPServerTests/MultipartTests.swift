import HTTPServer
import Synchronization
import Testing

/// A body that arrives cut at the given places.
private func body(_ bytes: [UInt8], cuts: [Int]) -> RequestBody {
    let ends = cuts.filter { $0 > 0 && $0 < bytes.count } + [bytes.count]
    let next = Mutex((piece: 0, start: 0))
    return RequestBody(declaredLength: bytes.count) {
        next.withLock { next in
            guard next.piece < ends.count else { return nil }
            let piece = Array(bytes[next.start..<ends[next.piece]])
            next = (next.piece + 1, ends[next.piece])
            return piece
        }
    }
}

private struct Field: Hashable {
    var name: String
    var filename: String?
    var type: String?
    var content: [UInt8]
}

private let limits = MultipartLimits(parts: 3, headerBytes: 200)
private let type = "multipart/form-data; boundary=\"b-c\""

private func read(_ bytes: [UInt8], cuts: [Int]) async throws -> [Field] {
    let reader = try #require(MultipartReader(contentType: type, body: body(bytes, cuts: cuts), limits: limits))
    var fields: [Field] = []
    while let part = try await reader.next() {
        let content = try await part.body.collect(upTo: 1_000)
        fields.append(Field(name: part.name, filename: part.filename, type: part.contentType, content: content))
    }
    return fields
}

@Suite struct MultipartTests {
    /// The second part holds what looks like delimiters and is none; the third is empty.
    private static let tricky = "\r\n--b-\r\r\n--b-\n\r\n-\r\n\r\n--"
    private static let sample = Array(
        ("preamble\r\n--b-c \t\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nhello\r\n--b-c\r\n"
            + "content-disposition: form-data; filename=\"C:\\x \\\"1\\\".mp4\"; name=video\r\nContent-Type: video/mp4\r\n\r\n"
            + tricky + "\r\n--b-c\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n\r\n--b-c--\r\nepilogue").utf8)
    private static let fields = [
        Field(name: "a", filename: nil, type: nil, content: Array("hello".utf8)),
        Field(name: "video", filename: "C:\\x \"1\".mp4", type: "video/mp4", content: Array(tricky.utf8)),
        Field(name: "", filename: nil, type: nil, content: []),
    ]

    @Test func readsTheSameCutAnywhere() async throws {
        for first in 0...Self.sample.count {
            #expect(try await read(Self.sample, cuts: [first]) == Self.fields, "\(first)")
        }
        for width in 1...5 {
            let cuts = Array(stride(from: width, to: Self.sample.count, by: width))
            #expect(try await read(Self.sample, cuts: cuts) == Self.fields, "\(width)")
        }
    }

    @Test func everyPairOfCutsAroundADelimiter() async throws {
        let text = Array("--b-c\r\nContent-Disposition: form-data; name=x\r\n\r\n\r\r\n--b-c--".utf8)
        let expected = [Field(name: "x", filename: nil, type: nil, content: [13])]
        for first in 0..<text.count {
            for second in first..<text.count { #expect(try await read(text, cuts: [first, second]) == expected) }
        }
    }

    @Test func anUnreadPartIsSkipped() async throws {
        let reader = try #require(
            MultipartReader(contentType: type, body: body(Self.sample, cuts: [80, 150]), limits: limits))
        let first = try #require(try await reader.next())
        let second = try #require(try await reader.next())
        let iterator = second.body.makeAsyncIterator()
        #expect(try await iterator.next() != nil)
        await #expect(throws: MultipartError.partPassed) { _ = try await first.body.collect(upTo: 10) }
        #expect(try await reader.next()?.name == "")
        #expect(try await reader.next() == nil)
        #expect(try await reader.next() == nil)
    }

    @Test func everyTruncationIsNoticed() async throws {
        let end = Self.sample.count - "\r\nepilogue".utf8.count
        for length in 1..<end {
            await #expect(throws: MultipartError.truncated, "\(length)") {
                _ = try await read(Array(Self.sample[..<length]), cuts: [])
            }
        }
        #expect(try await read(Array(Self.sample[..<end]), cuts: []) == Self.fields)
    }

    @Test(arguments: [
        ("--b-c\r\nno field\r\n\r\n\r\n--b-c--", MultipartError.malformedHeader),
        ("--b-c\r\n folded: a\r\n\r\n\r\n--b-c--", .malformedHeader),
        ("--b-c\r\nContent-Type: a/b\r\n\r\n\r\n--b-c--", .missingName),
        ("--b-c\r\n\r\n\r\n--b-c--", .missingName),
        ("--b-c\r\nContent-Disposition: attachment; name=a\r\n\r\n\r\n--b-c--", .missingName),
        ("--b-c\r\nContent-Disposition: form-data; name=\"a\r\n\r\n\r\n--b-c--", .malformedHeader),
        ("--b-cd\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--b-c--", .malformedDelimiter),
        ("--b-c\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--b-c--", .malformedDelimiter),
        ("", .truncated),
    ])
    func refuses(_ text: String, _ error: MultipartError) async {
        await #expect(throws: error) { _ = try await read(Array(text.utf8), cuts: [4]) }
    }

    @Test func partsAndHeadersAreLimited() async {
        let part = "--b-c\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n"
        await #expect(throws: MultipartError.tooManyParts(limit: 3)) {
            _ = try await read(Array((String(repeating: part, count: 4) + "--b-c--").utf8), cuts: [])
        }
        let long = "--b-c\r\nX: " + String(repeating: "x", count: 300)
        await #expect(throws: MultipartError.headersTooLarge(limit: 200)) {
            _ = try await read(Array(long.utf8), cuts: [])
        }
    }

    @Test func otherContentTypesAndBoundaries() async throws {
        #expect(MultipartReader(contentType: "multipart/mixed; boundary=a", body: .empty, limits: limits) == nil)
        #expect(MultipartReader(contentType: "text/plain", body: .empty, limits: limits) == nil)
        for type in ["Multipart/Form-Data", "multipart/form-data; boundary=" + String(repeating: "a", count: 71)] {
            let reader = try #require(MultipartReader(contentType: type, body: .empty, limits: limits))
            await #expect(throws: MultipartError.missingBoundary) { _ = try await reader.next() }
        }
    }

    @Test func aPartMayBeCollectedUpToItsSizeOnly() async throws {
        let reader = try #require(MultipartReader(contentType: type, body: body(Self.sample, cuts: []), limits: limits))
        let part = try #require(try await reader.next())
        await #expect(throws: BodyError.tooLarge(limit: 4)) { _ = try await part.body.collect(upTo: 4) }
    }
}
