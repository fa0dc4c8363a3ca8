import HTTPServer
import TestSupport
import Testing

@Suite struct GzipTests {
    @Test(arguments: [0, 1, 100, 65_535, 1_000_000])
    func whatIsCompressedComesBack(count: Int) throws {
        let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7 &* $0) }
        let compressed = try #require(Gzip.compress(content))
        #expect(gunzip(compressed) == content)
        #expect(Gzip.compress(content) == compressed)
        #expect(gunzip(Array(compressed.dropLast())) == nil)
    }

    @Test func textBecomesSmaller() throws {
        let text = Array(String(repeating: "{\"value\":0.25},", count: 1000).utf8)
        #expect(try #require(Gzip.compress(text)).count < text.count / 50)
    }

    @Test(arguments: [
        (nil, false), ("", false), ("gzip", true), ("GZIP", true), ("deflate, gzip;q=0.5, br", true),
        ("gzip;q=0", false),
        ("*", true), ("*;q=0", false), ("gzip;q=0, *", false), ("*;q=0, gzip", true), ("x-gzip", true), ("br", false),
        ("identity", false), ("gzip ; q=0.000", false), ("gzip;q=x", true),
    ])
    func clientsSayWhatTheyTake(field: String?, expected: Bool) {
        #expect(Gzip.isAccepted(field) == expected)
    }
}
