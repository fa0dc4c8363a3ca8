import CIsolation
import DICOM
package import Foundation

/// The inside of a process that reads one DICOM object for another: the command `read-dicom`.
///
/// It bounds itself before it touches the file, so that whatever the file makes a library do ends with this process.
package enum DICOMReaderProcess {
    /// The names of the command's arguments, for both sides.
    package static let command = "read-dicom"

    /// Bytes of address space: a frame of the largest size in its stages, and what the libraries map.
    private static let addressSpace: UInt64 = 4 << 30
    /// Seconds of processor time.
    private static let seconds: UInt64 = 300

    /// Writes the header of an object to standard output.
    package static func writeHeader(file: URL, limits: VideoLimits) {
        guard cis_bound(addressSpace, seconds) == 0 else { return }
        let output = FileHandle.standardOutput.fileDescriptor
        do {
            _ = try write(.header(DICOMFile(file, limits: limits.dicom).header), to: output)
        } catch {
            _ = try? write(.failure(DICOMMessage.Failure(error)), to: output)
        }
    }

    /// Reads and writes to standard output until all is written or nobody listens.
    package static func run(file: URL, framing: ClipFraming, counting: Bool, limits: VideoLimits) {
        guard cis_bound(addressSpace, seconds) == 0 else { return }
        let output = FileHandle.standardOutput.fileDescriptor
        do {
            let source = try LocalDICOMSource(file, framing: framing, counting: counting, limits: limits)
            guard try write(.outline(source.outline), to: output) else { return }
            while let frame = try source.next() {
                guard try write(.frame(frame.pixels), to: output) else { return }
            }
            _ = try write(.end, to: output)
        } catch {
            _ = try? write(.failure(DICOMMessage.Failure(error)), to: output)
        }
    }

    /// - Returns: false when nobody listens.
    private static func write(_ message: DICOMMessage, to output: Int32) throws -> Bool {
        let (kind, body) = try message.encoded()
        let count = UInt32(body.count)
        let head = [kind.rawValue] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
        return write(head, to: output) && write(body, to: output)
    }

    private static func write(_ bytes: [UInt8], to output: Int32) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let written = Foundation.write(output, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { return false }
                rest = rest.dropFirst(written)
            }
            return true
        }
    }
}
