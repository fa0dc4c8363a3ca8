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
        guard cis_bound(addressSpace, seconds) == 0, cis_confine(nil) == 0 else { return }
        do {
            _ = try write(.header(DICOMFile(file, limits: limits.dicom).header))
        } catch {
            _ = try? write(.failure(DICOMMessage.Failure(error)))
        }
    }

    /// Reads and writes to standard output until all is written or nobody listens.
    package static func run(file: URL, framing: ClipFraming, counting: Bool, limits: VideoLimits) {
        // DCMTK reads its dictionary from the disk when it needs it, so files stay open to it.
        guard cis_bound(addressSpace, seconds) == 0, cis_confine(nil) == 0 else { return }
        do {
            let source = try LocalDICOMSource(file, framing: framing, counting: counting, limits: limits)
            guard try write(.outline(source.outline)) else { return }
            while let frame = try source.next() {
                guard try write(.frame(frame.pixels)) else { return }
            }
            _ = try write(.end)
        } catch {
            _ = try? write(.failure(DICOMMessage.Failure(error)))
        }
    }

    /// - Returns: false when nobody listens.
    private static func write(_ message: DICOMMessage) throws -> Bool {
        let (kind, body) = try message.encoded()
        return ReaderOutput.write(kind: kind.rawValue, body)
    }
}
