import CIsolation
package import Foundation
import Tensors

/// The inside of a process that reads one container for another: the command `read-video`.
///
/// It bounds itself before it looks at the file: memory, processor time, no files but this one, no network, no other programs.
package enum VideoReaderProcess {
    /// The name of the command, for both sides.
    package static let command = "read-video"

    /// Bytes of address space: some frames of the largest size, and what the libraries map.
    private static let addressSpace: UInt64 = 4 << 30

    /// Seconds of processor time: five minutes, and one second for each mebibyte of the file, which no decoder of the list needs.
    private static func seconds(_ bytes: Int) -> UInt64 { 300 + UInt64(bytes >> 20) }

    /// Reads and writes to standard output until all is written or nobody listens.
    /// - Parameter isProbe: whether the facts are asked for, and not frames.
    package static func run(file: URL, isProbe: Bool, limits: VideoLimits) {
        do {
            let bytes = try VideoError.reading { try RandomAccessFile(file).count }
            guard cis_bound(addressSpace, seconds(bytes)) == 0, cis_confine(file.path) == 0 else { return }
            if isProbe {
                _ = try send(.facts(ContainerOutline(VideoProbe.probe(file, limits: limits))))
            } else {
                try sendFrames(file, limits: limits)
            }
        } catch {
            let told = error as? VideoError ?? .unreadable(reason: "its reader failed")
            _ = try? send(.failure(told))
        }
    }

    private static func sendFrames(_ file: URL, limits: VideoLimits) throws {
        let content = try ContentType.of(VideoError.reading { try RandomAccessFile(file) })
        guard case .container(let format) = content else {
            throw VideoError.unreadable(reason: "it is no container")
        }
        let decoder = try FrameDecoder(Container(file, format, limits: limits), limits: limits)
        guard try send(.opening(ContainerOpening(decoder))) else { return }
        while try decoder.advance() {
            let picture = try decoder.withPixels { try SentPicture($0, frame: decoder.decoded - 1) }
            guard try send(.frame(picture)) else { return }
        }
        _ = try send(.end)
    }

    private static func send(_ message: VideoMessage) throws -> Bool {
        let (kind, body) = try message.encoded()
        return ReaderOutput.write(kind: kind.rawValue, body)
    }
}
