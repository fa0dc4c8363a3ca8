import DICOM
import Foundation

/// Reads a DICOM object through a process of its own, which is gone with this object.
final class DICOMProcess: DICOMSource {
    let outline: DICOMOutline
    private let child: ReaderChild

    /// - Throws: `DICOMError`, ``VideoError``.
    init(_ executable: String, _ url: URL, framing: ClipFraming, counting: Bool, limits: VideoLimits) throws {
        do {
            child = try ReaderChild(
                executable,
                [
                    DICOMReaderProcess.command, url.path, "--framing", framing.rawValue, "--pixels",
                    String(limits.dicom.pixels), "--frames", String(limits.dicom.frames), "--bytes",
                    String(limits.dicom.bytes),
                ] + (counting ? ["--count"] : []) + (limits.showsWholeDICOMFrames ? ["--whole-frames"] : []))
        } catch {
            throw VideoError.unreadable(reason: error.reason)
        }
        // Facts are a few kilobytes: texts, regions, times.
        switch try child.read(maximumBytes: 16 << 20) {
        case .outline(let outline): self.outline = outline
        case .failure(let failure): throw failure.error
        case .frame, .end, .header: throw DICOMError(.readerEnded, "its reader did not say what it is")
        }
        let bytes = outline.width.multipliedReportingOverflow(by: outline.height)
        guard outline.width >= 0, outline.height >= 0, (0...3).contains(outline.channels), !bytes.overflow,
            bytes.partialValue <= limits.maximumPixels
        else { throw DICOMError(.readerEnded, "its reader says what cannot be") }
    }

    func next() throws -> DICOMFrame? {
        let bytes = outline.width * outline.height * outline.channels
        switch try child.read(maximumBytes: max(bytes, 1 << 16)) {
        case .frame(let pixels):
            guard pixels.count == bytes else { throw DICOMError(.readerEnded, "its reader sent half a frame") }
            return DICOMFrame(
                width: outline.width, height: outline.height, channels: outline.channels, pixels: pixels,
                firstComponent: nil)
        case .end: return nil
        case .failure(let failure): throw failure.error
        case .outline, .header: throw DICOMError(.readerEnded, "its reader began anew")
        }
    }

    /// What the object says of itself and of whom it is, without its pixels.
    /// - Throws: `DICOMError`, ``VideoError``.
    static func header(_ executable: String, _ url: URL, limits: VideoLimits) throws -> DICOMHeader {
        let child: ReaderChild
        do {
            child = try ReaderChild(
                executable,
                [
                    DICOMReaderProcess.command, url.path, "--framing", ClipFraming.region.rawValue, "--pixels",
                    String(limits.dicom.pixels), "--frames", String(limits.dicom.frames), "--bytes",
                    String(limits.dicom.bytes), "--header",
                ] + (limits.showsWholeDICOMFrames ? ["--whole-frames"] : []))
        } catch {
            throw VideoError.unreadable(reason: error.reason)
        }
        switch try child.read(maximumBytes: 16 << 20) {
        case .header(let header): return header
        case .failure(let failure): throw failure.error
        case .frame, .end, .outline: throw DICOMError(.readerEnded, "its reader did not say what it is")
        }
    }
}

extension ReaderChild {
    /// The next message of a process that reads a DICOM object.
    /// - Throws: `DICOMError` when the process ends without one.
    fileprivate func read(maximumBytes: Int) throws -> DICOMMessage {
        let decoder = JSONDecoder()
        do {
            let (kind, body) = try message(maximumBytes: maximumBytes)
            return switch DICOMMessage.Kind(rawValue: kind) {
            case .outline: .outline(try decoder.decode(DICOMOutline.self, from: Data(body)))
            case .frame: .frame(body)
            case .end: .end
            case .header: .header(try decoder.decode(DICOMHeader.self, from: Data(body)))
            case .failure: .failure(try decoder.decode(DICOMMessage.Failure.self, from: Data(body)))
            case nil: throw ReaderEnding.garbled
            }
        } catch let ending as ReaderEnding {
            throw DICOMError(.readerEnded, ending.reason)
        } catch {
            throw DICOMError(.readerEnded, ReaderEnding.garbled.reason)
        }
    }
}
