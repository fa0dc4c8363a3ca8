import HTTPServer
import Synchronization
import TestSupport
import Testing

/// A body that arrives in pieces of one size.
private func body(_ bytes: [UInt8], pieces width: Int) -> RequestBody {
    let rest = Mutex(bytes[...])
    return RequestBody(declaredLength: nil) {
        rest.withLock { rest in
            let piece = rest.prefix(width)
            rest = rest.dropFirst(width)
            return piece.isEmpty ? nil : Array(piece)
        }
    }
}

private let limits = MultipartLimits(parts: 5, headerBytes: 200)

private func read(_ type: String, _ bytes: [UInt8], pieces width: Int) async throws -> [[UInt8]] {
    let reader = try #require(RelatedReader(contentType: type, body: body(bytes, pieces: width), limits: limits))
    var parts: [[UInt8]] = []
    while let part = try await reader.next() { parts.append(try await part.body.collect(upTo: 10_000)) }
    return parts
}

/// `multipart/related` as DICOMweb's senders write it.
@Suite struct RelatedTests {
    /// Two UUIDs, as Orthanc makes them; more than RFC 2046 allows, in quotes too.
    private static let boundaries = [
        "b", "0b2f6f8e-6f5b-4e0e-8f0c-4b6f8f0e2b11-5f1c7a54-0f5d-4d5e-9d1a-3f6b0a9e7c22",
        String(repeating: "boundary", count: 25),
    ]

    @Test(arguments: boundaries, [false, true]) func partsAreReadCutAnywhere(_ boundary: String, _ isQuoted: Bool)
        async throws
    {
        let written = isQuoted ? "\"\(boundary)\"" : boundary
        let type = "Multipart/Related; type=\"application/dicom\"; transfer-syntax=1.2.3; boundary=\(written)"
        // What looks like the delimiter and is none; then an empty part; the last delimiter without a line break.
        let tricky = Array("--\(boundary)\r\n--\(boundary.dropLast())!\r\n-\r\n".utf8) + [0, 255, 13, 10, 45, 45]
        let bytes =
            Array("\r\n--\(boundary)\r\nContent-Type: application/dicom\r\nContent-Length: 3\r\n\r\nabc\r\n".utf8)
            + Array("--\(boundary)\r\n\r\n".utf8) + tricky
            + Array("\r\n--\(boundary)\r\nContent-Type: application/dicom\r\n\r\n\r\n--\(boundary)--".utf8)
        for width in [1, 2, 3, 7, 64, 1000] {
            #expect(try await read(type, bytes, pieces: width) == [Array("abc".utf8), tricky, []])
        }
        // And from the first delimiter on, without a line break before it.
        #expect(try await read(type, Array(bytes.dropFirst(2)), pieces: 5).count == 3)
    }

    @Test func whatIsNotToBeReadIsRefused() async throws {
        let type = "multipart/related; boundary=b; type=application/dicom"
        #expect(RelatedReader(contentType: "multipart/form-data; boundary=b", body: .empty, limits: limits) == nil)
        #expect(RelatedReader(contentType: "application/dicom", body: .empty, limits: limits) == nil)
        for (bytes, error) in [
            ("--b\r\n\r\nabc", MultipartError.truncated), ("", .truncated), ("--b\r\n\r\nabc\r\n--b-", .truncated),
            ("--b\r\nno field\r\n\r\nabc\r\n--b--", .malformedHeader),
            ("--b x\r\n\r\nabc\r\n--b--", .malformedDelimiter),
            ("--b\r\nA: \(String(repeating: "x", count: 300))\r\n\r\n\r\n--b--", .headersTooLarge(limit: 200)),
            (String(repeating: "--b\r\n\r\n\r\n", count: 6) + "--b--", .tooManyParts(limit: 5)),
        ] {
            await #expect(throws: error) { try await read(type, Array(bytes.utf8), pieces: 4) }
        }
        for boundary in ["", String(repeating: "b", count: 513)] {
            await #expect(throws: MultipartError.missingBoundary) {
                try await read("multipart/related; type=a/b; boundary=\"\(boundary)\"", [], pieces: 1)
            }
        }
    }

    @Test func aCompressedBodyIsExpandedAsItComes() async throws {
        let content = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 / 1000) }
        let compressed = try #require(Gzip.compress(content))
        for width in [1, 100, 1 << 20] {
            #expect(try await body(compressed, pieces: width).gunzipped.collect(upTo: content.count) == content)
        }
        #expect(try await body(#require(Gzip.compress([])), pieces: 9).gunzipped.collect(upTo: 0) == [])
        // Little that stands for much ends at the limit, and pieces stay small.
        let bomb = try #require(Gzip.compress([UInt8](repeating: 0, count: 50 << 20)))
        #expect(bomb.count < 100_000)
        var expanded = 0
        await #expect(throws: BodyError.tooLarge(limit: 1 << 20)) {
            for try await piece in body(bomb, pieces: bomb.count).gunzipped.limited(to: 1 << 20) {
                #expect(piece.count <= 256 << 10)
                expanded += piece.count
            }
        }
        #expect(expanded <= 1 << 20)
        for bytes in [Array(compressed.dropLast()), Array("no gzip at all".utf8), [], Array(compressed.prefix(3))] {
            await #expect(throws: GunzipError.self) {
                try await body(bytes, pieces: 50).gunzipped.collect(upTo: 1 << 20)
            }
        }
    }
}
