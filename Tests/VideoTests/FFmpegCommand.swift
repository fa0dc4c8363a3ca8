import Foundation

/// The `ffmpeg` command, with which tests make their videos and the pixels to compare with.
enum FFmpegCommand {
    static let path = ["/usr/bin/ffmpeg", "/usr/local/bin/ffmpeg"].first(
        where: FileManager.default.isExecutableFile(atPath:))

    struct Failure: Error, CustomStringConvertible { let description: String }

    /// Runs the command and returns what it writes to standard output.
    @discardableResult
    static func run(_ arguments: [String]) throws -> [UInt8] {
        guard let path else { throw Failure(description: "there is no ffmpeg command") }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["-v", "error", "-nostdin", "-y"] + arguments
        let (output, errors) = (Pipe(), FileManager.default.temporaryDirectory.appending(path: UUID().uuidString))
        try Data().write(to: errors)
        defer { try? FileManager.default.removeItem(at: errors) }
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
        }
        return Array(bytes)
    }

    /// A moving test picture, encoded.
    static func makeVideo(_ url: URL, size: String, frames: Int, rate: String, _ encoding: [String]) throws {
        let crop = size.replacing("x", with: ":")
        // The source itself rounds odd sizes.
        let source = "testsrc2=size=320x240:rate=\(rate),trim=end_frame=\(frames),format=rgb24,crop=\(crop)"
        try run(["-f", "lavfi", "-i", source] + encoding + [url.path])
    }

    /// All frames as the command decodes them, upright, in `rgb24` or `gray`, with the arithmetic of ``Video``.
    static func pixels(of url: URL, format: String, filters: [String]) throws -> [UInt8] {
        let scale = "scale=flags=bicubic+accurate_rnd+bitexact+full_chroma_int:out_range=full"
        return try run(
            [
                "-i", url.path, "-vf", (filters + [scale, "format=\(format)"]).joined(separator: ","), "-vsync",
                "passthrough", "-f", "rawvideo", "-pix_fmt", format, "-",
            ])
    }
}

/// A place for a test's files that goes with it.
func withTemporaryDirectory<R>(_ body: (URL) throws -> R) throws -> R {
    let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    return try body(directory)
}
