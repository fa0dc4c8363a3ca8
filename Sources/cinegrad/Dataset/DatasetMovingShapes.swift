import ArgumentParser
import Cine
import Evaluation
import Foundation
import Rendering
import Training
import Video

/// `cinegrad dataset moving-shapes`: the clips that the models are trained on, as files.
struct DatasetMovingShapes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "moving-shapes",
        abstract: "Draw Moving Shapes clips, the same for the same options on every machine.",
        discussion: """
            Writes for each clip videos/NUMBER.mkv (FFV1, lossless) and masks/NUMBER.npy (UInt8, [T, H, W]: 0 for \
            background, 1 + the place in the clip's list of shapes), then contact-sheet.png with the first frame of \
            each, and at last labels.json with the truth about every clip.
            """)

    @Option(help: "Clips.") var count = 100
    @Option(
        name: .shortAndLong, help: ArgumentHelp("Where to write; created if it is not there.", valueName: "directory"))
    var output: String
    @Option(help: "The same seed gives the same clips.") var seed: UInt64 = 1
    @Option(help: "Standard deviation of the noise, in grey levels of 0…255.") var noise = 20.0
    @Flag(help: "Shapes that vary more: radius 9-18 pixels, 0.8-2.0 pixels a frame.") var wider = false
    @Option(help: "White distractors that move.") var whiteDistractors = 1
    @Option(help: "Coloured distractors that stand still.") var staticDistractors = 1
    @Option(help: "Frames during which the target stands still.") var pause = 0

    func validate() throws {
        guard (1...100_000).contains(count) else { throw ValidationError("--count takes 1 to 100000.") }
    }

    func run() async throws {
        do {
            try write()
        } catch {
            throw CommandFailure(error)
        }
    }

    private func write() throws {
        var options = wider ? MovingShapesOptions.wider(noise: noise) : .standard
        options.noise = noise
        options.whiteDistractors = whiteDistractors
        options.staticDistractors = staticDistractors
        options.pause = pause
        let shapes = try MovingShapes(options, seed: seed)
        guard let rate = FrameRate(numerator: 25, denominator: 1) else { return }
        let directory = try DatasetDirectory(output)
        do {
            try write(shapes, rate: rate, to: directory)
        } catch {
            // Clips without the truth about them are of no use, and would be in the way of the next attempt.
            directory.withdraw()
            throw error
        }
        print("\(count) clips in \(output): videos/, masks/, labels.json, contact-sheet.png")
    }

    private func write(_ shapes: MovingShapes, rate: FrameRate, to directory: DatasetDirectory) throws {
        let options = shapes.options
        var sheet = ContactSheet(side: options.side, count: count)
        var clips: [DatasetLabels.Clip] = []
        for index in 0..<count {
            let clip = shapes.clip(UInt64(index))
            let name = String(format: "%05d", index)
            let frames = clip.pictures
            try directory.write("videos/\(name).mkv", Data(LosslessEncoder.encode(frames, rate: rate)))
            try directory.write("masks/\(name).npy", clip.ownersAsNumPy)
            sheet.append(frames[0])
            clips.append(DatasetLabels.Clip(name, clip.scene))
        }
        try directory.write("contact-sheet.png", Data(PNG.encode(sheet.image, text: [])))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try directory.write(
            "labels.json", try encoder.encode(DatasetLabels(seed: seed, options: options, clips: clips)))
    }
}

extension MovingShapesClip {
    fileprivate var pictures: [RGBImage] {
        let size = 3 * side * side
        return (0..<frames).map {
            RGBImage(width: side, height: side, pixels: Array(bytes[$0 * size..<($0 + 1) * size]))
        }
    }

    /// Version 1.0 of NumPy's format, unsigned bytes.
    fileprivate var ownersAsNumPy: Data {
        let description = "{'descr': '|u1', 'fortran_order': False, 'shape': (\(frames), \(side), \(side)), }"
        // With the magic string and the length the header is a multiple of 64 bytes, and ends with a line.
        let length = (10 + description.utf8.count + 1 + 63) / 64 * 64 - 10
        let padded = description.padding(toLength: length - 1, withPad: " ", startingAt: 0) + "\n"
        var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)])
        data.append(contentsOf: padded.utf8)
        data.append(contentsOf: owners)
        return data
    }
}
