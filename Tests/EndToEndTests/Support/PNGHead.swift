import Testing

/// The beginning of a PNG file (W3C PNG, sections 5.2 and 11.2.1).
struct PNGHead: Hashable, Sendable {
    let width, height: Int

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    init(_ bytes: [UInt8], at location: SourceLocation = #_sourceLocation) throws {
        try #require(
            bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) && bytes.count > 33, "no PNG",
            sourceLocation: location)
        try #require(Array(bytes[12..<16]) == Array("IHDR".utf8), sourceLocation: location)
        func number(_ offset: Int) -> Int { bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
        (width, height) = (number(16), number(20))
    }
}
