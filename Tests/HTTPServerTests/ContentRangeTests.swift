import HTTPServer
import Testing

@Suite struct ContentRangeTests {
    @Test(arguments: [
        (nil, 10, ContentRange.whole), ("bytes=0-0", 10, .part(offset: 0, length: 1)),
        ("bytes=2-5", 10, .part(offset: 2, length: 4)), ("Bytes=2-", 10, .part(offset: 2, length: 8)),
        ("bytes=-3", 10, .part(offset: 7, length: 3)), ("bytes=-30", 10, .part(offset: 0, length: 10)),
        ("bytes=5-99999999999999999999999", 10, .part(offset: 5, length: 5)), ("bytes=10-", 10, .unsatisfiable),
        ("bytes=10-12", 10, .unsatisfiable), ("bytes=-0", 10, .unsatisfiable), ("bytes=-5", 0, .unsatisfiable),
        ("bytes=0-", 0, .unsatisfiable), ("bytes=5-2", 10, .whole), ("bytes=0-1,3-4", 10, .whole),
        ("bytes=a-b", 10, .whole), ("bytes=", 10, .whole), ("bytes=-", 10, .whole), ("items=0-1", 10, .whole),
        ("bytes=--1", 10, .whole), ("bytes=+1-2", 10, .whole),
    ])
    func parses(_ field: String?, _ size: Int, _ expected: ContentRange) {
        #expect(ContentRange(field: field, size: size) == expected)
    }

    @Test func writesContentRange() {
        #expect(ContentRange.whole.field(size: 10) == nil)
        #expect(ContentRange.part(offset: 2, length: 4).field(size: 10) == "bytes 2-5/10")
        #expect(ContentRange.unsatisfiable.field(size: 10) == "bytes */10")
    }
}
