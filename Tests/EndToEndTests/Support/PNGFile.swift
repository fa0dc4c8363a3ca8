import Foundation
import TestSupport
import Testing

/// What a PNG file says of itself, read chunk by chunk (W3C PNG, third edition, sections 5 and 11).
struct PNGFile: Sendable {
    let width, height: Int
    /// The tEXt chunks, by keyword.
    let texts: [String: String]
    private let bytes: [UInt8]

    init(_ bytes: [UInt8], at location: SourceLocation = #_sourceLocation) throws {
        try #require(
            bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), "no PNG", sourceLocation: location)
        func number(_ offset: Int) -> Int { bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
        var size: (width: Int, height: Int)?
        var texts: [String: String] = [:]
        var isComplete = false
        var offset = 8
        // Length, type, data, checksum.
        while !isComplete {
            try #require(offset + 12 <= bytes.count, "the PNG is cut off", sourceLocation: location)
            let (length, type) = (number(offset), String(decoding: bytes[offset + 4..<offset + 8], as: UTF8.self))
            try #require(offset + 12 + length <= bytes.count, "the PNG is cut off", sourceLocation: location)
            let data = bytes[offset + 8..<offset + 8 + length]
            switch type {
            case "IHDR": size = (number(offset + 8), number(offset + 12))
            case "tEXt":
                let parts = data.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
                try #require(parts.count == 2, sourceLocation: location)
                texts[String(decoding: parts[0], as: UTF8.self)] = String(decoding: parts[1], as: UTF8.self)
            case "IEND": isComplete = true
            default: break
            }
            offset += 12 + length
        }
        #expect(offset == bytes.count, "bytes follow the PNG", sourceLocation: location)
        (width, height) = try #require(size, sourceLocation: location)
        self.texts = texts
        self.bytes = bytes
    }

    /// One byte a pixel, row by row; read by ffmpeg, which knows nothing of this project.
    func greyPixels(at location: SourceLocation = #_sourceLocation) async throws -> [UInt8] {
        let directory = try TemporaryDirectory()
        let file = directory.url.appending(path: "picture.png")
        try Data(bytes).write(to: file)
        let errors = directory.url.appending(path: "errors")
        let child = try ChildProcess(
            "ffmpeg", ["-v", "error", "-i", file.path, "-f", "rawvideo", "-pix_fmt", "gray", "-"], environment: [:],
            output: .pipe, errors: errors)
        let pixels = await child.output.rest()
        let ending = await child.ending()
        try #require(
            ending == .exit(0), "\((try? String(contentsOf: errors, encoding: .utf8)) ?? "")", sourceLocation: location)
        try #require(pixels.count == width * height, sourceLocation: location)
        return pixels
    }
}
