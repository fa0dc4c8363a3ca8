import ArgumentParser
import Foundation
import Video

/// `cinegrad read-dicom`: what the service and `explain` start for each DICOM object, so that a file which makes a decoder crash ends
/// that process alone. Not for people.
struct ReadDICOM: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: DICOMReaderProcess.command, abstract: "Read a DICOM object for another process.",
        shouldDisplay: false)

    @Argument var file: String
    @Option var framing: String
    @Option var pixels: Int
    @Option var frames: Int
    @Option var bytes: Int
    @Flag var count = false
    @Flag var wholeFrames = false
    @Flag var header = false

    func run() throws {
        guard let framing = ClipFraming(rawValue: framing) else {
            throw ValidationError("--framing takes \(ClipFraming.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        var limits = VideoLimits()
        limits.maximumPixels = pixels
        limits.maximumFrames = frames
        limits.maximumArrayBytes = bytes
        limits.showsWholeDICOMFrames = wholeFrames
        if header { return DICOMReaderProcess.writeHeader(file: URL(filePath: file), limits: limits) }
        DICOMReaderProcess.run(file: URL(filePath: file), framing: framing, counting: count, limits: limits)
    }
}

extension VideoLimits {
    /// For files from outside: this program reads them in a process of its own.
    /// - Parameter showsWholeFrames: of DICOM objects without regions.
    static func isolated(showsWholeFrames: Bool) -> VideoLimits {
        var limits = VideoLimits()
        limits.showsWholeDICOMFrames = showsWholeFrames
        limits.dicomReading = .process(executable: "/proc/self/exe")
        limits.containerReading = .process(executable: "/proc/self/exe")
        return limits
    }
}
