import Cine
import Evaluation
import Foundation
import TestSupport
import Testing

/// `cinegrad dataset moving-shapes`: what is written is what is drawn.
struct DatasetTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func file(_ path: String) -> URL { directory.url.appending(path: path) }

    private func dataset(_ arguments: String...) async throws -> (
        ending: ChildProcess.Ending, output: String, errors: String
    ) {
        try await BuiltBinary.end(["dataset", "moving-shapes"] + arguments, environment: [:], in: directory)
    }

    private struct Labels: Decodable {
        struct Shape: Decodable {
            let role: String
            let sides: Int
            let radius: Double
            let color: [UInt8]
            let centers: [[Double]]
        }
        struct Clip: Decodable {
            let video, mask: String
            let sides: Int
            let degrees: Double
            let shapes: [Shape]
        }
        let seed: UInt64
        let options: MovingShapesOptions
        let clips: [Clip]
    }

    /// All frames as another decoder reads them: `[T, H, W, RGB]`.
    private func decoded(_ video: URL) async throws -> [UInt8] {
        let pixels = file("pixels")
        let child = try ChildProcess(
            "ffmpeg", ["-v", "error", "-nostdin", "-i", video.path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
            environment: [:], output: .file(pixels), errors: file("ffmpeg-errors"))
        #expect(await child.ending() == .exit(0))
        return Array(try Data(contentsOf: pixels))
    }

    @Test(arguments: [false, true]) func clipsAreThoseThatAreDrawn(_ isWider: Bool) async throws {
        let output = file("clips")
        let (ending, text, errors) = try await dataset(
            "--count", "2", "--seed", "7", "--noise", "15", "--output", output.path, isWider ? "--wider" : "--pause",
            isWider ? "--pause=0" : "3")
        #expect(ending == .exit(0) && errors.isEmpty, "\(errors)")
        #expect(text.hasPrefix("2 clips in "))
        let labels = try JSONDecoder().decode(
            Labels.self, from: Data(contentsOf: output.appending(path: "labels.json")))
        var options = isWider ? MovingShapesOptions.wider(noise: 15) : .standard
        options.noise = 15
        options.pause = isWider ? 0 : 3
        #expect(labels.options == options && labels.seed == 7 && labels.clips.count == 2)
        let shapes = try MovingShapes(options, seed: 7)
        for (index, label) in labels.clips.enumerated() {
            let clip = shapes.clip(UInt64(index))
            #expect(try await decoded(output.appending(path: label.video)) == clip.bytes)
            let mask = Array(try Data(contentsOf: output.appending(path: label.mask)))
            #expect(Array(mask.prefix(6)) == [0x93] + Array("NUMPY".utf8) && mask.count % 64 == clip.owners.count % 64)
            #expect(Array(mask.suffix(clip.owners.count)) == clip.owners)
            #expect(
                String(decoding: mask.prefix(90), as: UTF8.self).contains("'|u1'")
                    && mask.count < clip.owners.count + 129)
            let scene = clip.scene
            #expect(label.sides == scene.target.sides && label.degrees == scene.degrees)
            #expect(label.shapes.map(\.role) == scene.shapes.map(\.role.rawValue))
            #expect(label.shapes.map(\.sides) == scene.shapes.map(\.sides))
            #expect(label.shapes.map(\.radius) == scene.shapes.map(\.radius))
            #expect(label.shapes.map(\.color) == scene.shapes.map(\.color))
            #expect(label.shapes.map(\.centers) == scene.shapes.map { $0.centers.map { [$0.x, $0.y] } })
            // The mask of the target is where its colour is, noise apart: its value is its place in the list, from one.
            let target = UInt8(scene.shapes.count)
            #expect(clip.owners.contains(target) && clip.owners.allSatisfy { $0 <= target })
        }
        #expect(try PNGFile(Array(Data(contentsOf: output.appending(path: "contact-sheet.png")))).width == 2 * 113)
        let names = try FileManager.default.subpathsOfDirectory(atPath: output.path).sorted()
        #expect(
            names == [
                "contact-sheet.png", "labels.json", "masks", "masks/00000.npy", "masks/00001.npy", "videos",
                "videos/00000.mkv", "videos/00001.mkv",
            ])
    }

    @Test func directoriesWithOtherFilesAreRefusedAndLeftAlone() async throws {
        let output = file("clips")
        try FileManager.default.createDirectory(at: output, withIntermediateDirectories: false)
        try Data("mine".utf8).write(to: output.appending(path: "notes.txt"))
        let (ending, text, errors) = try await dataset("--count", "1", "--output", output.path)
        #expect(ending == .exit(1) && text.isEmpty)
        #expect(errors.contains("holds other files (notes.txt): choose an empty one"), "\(errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: output.path) == ["notes.txt"])
        #expect(try Data(contentsOf: output.appending(path: "notes.txt")) == Data("mine".utf8))

        // A set that is there is not written over, nor added to.
        let set = file("set")
        #expect(try await dataset("--count", "1", "--output", set.path).ending == .exit(0))
        let labels = try Data(contentsOf: set.appending(path: "labels.json"))
        let again = try await dataset("--count", "2", "--seed", "9", "--output", set.path)
        #expect(again.ending == .exit(1) && again.errors.contains("contact-sheet.png, labels.json, masks, videos"))
        #expect(try Data(contentsOf: set.appending(path: "labels.json")) == labels)
        #expect(!FileManager.default.fileExists(atPath: set.appending(path: "videos/00001.mkv").path))

        let wrong = try await dataset("--noise=-1", "--output", file("new").path)
        #expect(wrong.ending == .exit(1) && wrong.errors.contains("noise is 0 to 128 grey levels"))
        #expect(!FileManager.default.fileExists(atPath: file("new").path))
        let blocked = try await dataset("--output", output.appending(path: "notes.txt").path)
        #expect(blocked.ending == .exit(1) && blocked.errors.contains("cannot be"), "\(blocked.errors)")
    }
}
