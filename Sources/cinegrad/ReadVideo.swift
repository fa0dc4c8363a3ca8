import ArgumentParser
import Foundation
import Video

/// `cinegrad read-video`: what the service and `explain` start for each video, so that a file which makes a decoder crash ends that process
/// alone. Not for people.
struct ReadVideo: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: VideoReaderProcess.command, abstract: "Read a video for another process.", shouldDisplay: false)

    @Argument var file: String
    @Option var pixels: Int
    @Option var frames: Int
    @Flag var probe = false

    func run() throws {
        var limits = VideoLimits()
        limits.maximumPixels = pixels
        limits.maximumFrames = frames
        VideoReaderProcess.run(file: URL(filePath: file), isProbe: probe, limits: limits)
    }
}
