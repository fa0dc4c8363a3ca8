import Cine
import DICOM
import Foundation
import TestSupport
import Testing
import Video

/// Every transfer syntax, written by the programs of DCMTK, GDCM and FFmpeg: the same pixels come back, or those within the loss.
struct DICOMSyntaxTests {
    private let directory: TemporaryDirectory
    private let source: URL
    /// What the source's frames show.
    private let expected: [[UInt8]]

    init() throws {
        directory = try TemporaryDirectory()
        source = directory.url.appending(path: "source.dcm")
        let (width, height) = (64, 48)
        let pixels = (0..<3).map { frame in
            (0..<height).flatMap { y in
                (0..<width).flatMap { x -> [UInt8] in
                    let wave = sin(Double(x + frame) / 5) * cos(Double(y) / 7)
                    return [UInt8(128 + 100 * wave), UInt8(x * 2 + y), UInt8(200 - 50 * wave - Double(y))]
                }
            }
        }
        expected = pixels
        let object = DICOMObject.cine(frames: 3).withoutRegions.with(.photometric, .text("RGB"))
            .with(.samples, .short(3)).with(.planar, .short(0)).with(.pixelData, .raw("OB", pixels.flatMap { $0 }))
        try Data(object.bytes).write(to: source)
    }

    /// Runs a program that writes another form of the source.
    private func converted(_ command: [String]) throws -> URL {
        let file = directory.url.appending(path: "\(UUID().uuidString).dcm")
        try Command.run(command + [source.path, file.path])
        return file
    }

    private func images(_ file: URL) throws -> [[UInt8]] {
        try (0..<3).map { try FrameReader.image(of: file, frame: $0, limits: VideoLimits()).pixels }
    }

    private func worst(_ found: [[UInt8]], _ other: [[UInt8]]) -> Int {
        guard found.map(\.count) == other.map(\.count) else { return 256 }
        return zip(found.joined(), other.joined()).map { abs(Int($0) - Int($1)) }.max() ?? 256
    }

    /// With the UID that each is to have, so that a program which converts nothing is noticed.
    @Test(arguments: [
        (["dcmconv", "+ti"], "1.2.840.10008.1.2"), (["dcmconv", "+tb"], "1.2.840.10008.1.2.2"),
        (["dcmconv", "+td"], "1.2.840.10008.1.2.1.99"), (["dcmcrle"], "1.2.840.10008.1.2.5"),
        (["dcmcjpeg", "+e1"], "1.2.840.10008.1.2.4.70"), (["dcmcjpeg", "+el"], "1.2.840.10008.1.2.4.57"),
        (["dcmcjpls", "+el"], "1.2.840.10008.1.2.4.80"), (["gdcmconv", "--j2k"], "1.2.840.10008.1.2.4.90"),
        (["gdcmconv", "--rle"], "1.2.840.10008.1.2.5"), (["gdcmconv", "--jpegls"], "1.2.840.10008.1.2.4.80"),
        (["gdcmconv", "--jpeg"], "1.2.840.10008.1.2.4.70"),
    ]) func withoutLossThePixelsAreTheSame(_ command: [String], _ syntax: String) throws {
        let file = try converted(command)
        #expect(try VideoProbe.probe(file, limits: VideoLimits()).codec == syntax)
        #expect(try images(file) == expected)
    }

    @Test(arguments: [
        (["dcmcjpeg", "+eb", "+q", "90", "+cy", "+s4"], "1.2.840.10008.1.2.4.50"),
        (["dcmcjpeg", "+eb", "+q", "90", "+cy", "+s2"], "1.2.840.10008.1.2.4.50"),
        (["dcmcjpeg", "+eb", "+q", "90", "+cr"], "1.2.840.10008.1.2.4.50"),
        (["dcmcjpls", "+en"], "1.2.840.10008.1.2.4.81"),
        (["gdcmconv", "--j2k", "--lossy", "-q", "60"], "1.2.840.10008.1.2.4.91"),
        (["gdcmconv", "--jpeg", "--lossy", "-q", "95"], "1.2.840.10008.1.2.4.50"),
    ]) func withLossThePixelsAreClose(_ command: [String], _ syntax: String) throws {
        let file = try converted(command)
        #expect(try VideoProbe.probe(file, limits: VideoLimits()).codec == syntax)
        let found = try images(file)
        // Colours that are not converted, or twice, are off by a hundred and more.
        #expect(worst(found, expected) <= 40)
        let mean = zip(found.joined(), expected.joined()).map { abs(Double($0) - Double($1)) }.reduce(0, +)
        #expect(mean / Double(3 * found[0].count) < 3)
    }

    /// DCMTK's own program decodes JPEG to the same bits.
    @Test(arguments: [["+cy", "+s4"], ["+cy", "+s2"], ["+cr"]]) func decodesAsDCMTKDoes(_ options: [String]) throws {
        let file = try converted(["dcmcjpeg", "+eb", "+q", "80"] + options)
        let decoded = directory.url.appending(path: "decoded-\(UUID().uuidString).dcm")
        try Command.run(["dcmdjpeg", file.path, decoded.path])
        let plain = try images(decoded)
        #expect(try VideoProbe.probe(decoded, limits: VideoLimits()).codec != DICOMObject.jpegBaseline)
        #expect(try images(file) == plain)
    }

    /// Several fragments a frame, without and with the table of their offsets.
    @Test(arguments: [["-ot"], ["+ot"]]) func framesOfManyFragmentsAreFound(_ table: [String]) throws {
        let file = try converted(["dcmcjpeg", "+e1", "+fs", "1"] + table)
        #expect(try images(file) == expected)
    }

    @Test(arguments: [
        ("mp4", "1.2.840.10008.1.2.4.102"), ("mpegts", "1.2.840.10008.1.2.4.102"), ("h264", "1.2.840.10008.1.2.4.102"),
    ])
    func aVideoWithinIsDecoded(_ container: String, _ syntax: String) throws {
        let video = directory.url.appending(path: "video")
        try FFmpegCommand.run([
            "-f", "lavfi", "-i", "testsrc2=size=64x48:rate=25,trim=end_frame=3", "-c:v", "libx264", "-qp", "0",
            "-pix_fmt", "yuv420p", "-f", container, video.path,
        ])
        let stream = Array(try Data(contentsOf: video))
        let object = DICOMObject.cine(frames: 3).withoutRegions.with(.photometric, .text("YBR_PARTIAL_420"))
            .with(.samples, .short(3)).with(.planar, .short(0)).encapsulated(syntax, [stream])
        let file = directory.url.appending(path: "video.dcm")
        try Data(object.bytes).write(to: file)
        let facts = try VideoProbe.probe(file, limits: VideoLimits())
        #expect(facts.frames == 3 && facts.codec == syntax && facts.width == 64)
        let reference = try FFmpegCommand.pixels(of: video, format: "rgb24", filters: [])
        #expect(worst(try images(file), (0..<3).map { Array(reference[$0 * 9216..<($0 + 1) * 9216]) }) <= 1)
    }
}

/// Programs that tests make their files with.
enum Command {
    struct Failure: Error, CustomStringConvertible { let description: String }

    static func run(_ words: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        let errors = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data().write(to: errors)
        defer { try? FileManager.default.removeItem(at: errors) }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(words): \(String(decoding: try Data(contentsOf: errors), as: UTF8.self))")
        }
    }
}
