import CIsolation
import DICOM
import Foundation

/// Reads a DICOM object through a process of its own, which is gone with this object.
final class DICOMProcess: DICOMSource {
    let outline: DICOMOutline
    private let child: Child

    /// - Throws: `DICOMError`, ``VideoError``.
    init(_ executable: String, _ url: URL, framing: ClipFraming, counting: Bool, limits: VideoLimits) throws {
        child = try Child(
            executable,
            [
                DICOMReaderProcess.command, url.path, "--framing", framing.rawValue, "--pixels",
                String(limits.dicom.pixels), "--frames", String(limits.dicom.frames), "--bytes",
                String(limits.dicom.bytes),
            ] + (counting ? ["--count"] : []) + (limits.showsWholeDICOMFrames ? ["--whole-frames"] : []))
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
        let child = try Child(
            executable,
            [
                DICOMReaderProcess.command, url.path, "--framing", ClipFraming.region.rawValue, "--pixels",
                String(limits.dicom.pixels), "--frames", String(limits.dicom.frames), "--bytes",
                String(limits.dicom.bytes), "--header",
            ])
        switch try child.read(maximumBytes: 16 << 20) {
        case .header(let header): return header
        case .failure(let failure): throw failure.error
        case .frame, .end, .outline: throw DICOMError(.readerEnded, "its reader did not say what it is")
        }
    }
}

/// A process whose standard output is read.
private final class Child {
    private let identifier: pid_t
    private let output: Int32
    private var isReaped = false

    init(_ executable: String, _ arguments: [String]) throws {
        var (identifier, output): (pid_t, Int32) = (0, -1)
        // An environment of its own: a matrix library need not start threads for this.
        let status = Self.withCStrings([executable] + arguments) { arguments in
            Self.withCStrings(["OPENBLAS_NUM_THREADS=1", "LC_ALL=C.UTF-8"]) {
                cis_spawn(executable, arguments, $0, &identifier, &output)
            }
        }
        guard status == 0 else {
            throw VideoError.unreadable(reason: "the process that reads it cannot be started")
        }
        self.output = output
        self.identifier = identifier
    }

    deinit {
        close(output)
        if !isReaped { end() }
    }

    /// The next message.
    /// - Throws: `DICOMError` when the process ends without one.
    func read(maximumBytes: Int) throws -> DICOMMessage {
        let head = try read(5)
        let count = (1...4).reduce(0) { $0 | Int(head[$1]) << (8 * ($1 - 1)) }
        guard let kind = DICOMMessage.Kind(rawValue: head[0]), count <= maximumBytes else {
            throw DICOMError(.readerEnded, "its reader sent what is no message")
        }
        let body = try read(count)
        let decoder = JSONDecoder()
        do {
            return switch kind {
            case .outline: .outline(try decoder.decode(DICOMOutline.self, from: Data(body)))
            case .frame: .frame(body)
            case .end: .end
            case .header: .header(try decoder.decode(DICOMHeader.self, from: Data(body)))
            case .failure: .failure(try decoder.decode(DICOMMessage.Failure.self, from: Data(body)))
            }
        } catch {
            throw DICOMError(.readerEnded, "its reader sent what is no message")
        }
    }

    private func read(_ count: Int) throws -> [UInt8] {
        var received = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while received < count {
                let got = Foundation.read(output, buffer.baseAddress.map { $0 + received }, count - received)
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { break }
                received += got
            }
            initialized = received
        }
        guard received == count else { throw ending() }
        return bytes
    }

    /// Why the process ended before it was done.
    private func ending() -> DICOMError {
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
        isReaped = true
        let signal = status & 0x7F
        return switch signal {
        case SIGXCPU, SIGKILL: DICOMError(.readerEnded, "reading it takes too much time or memory")
        case 0: DICOMError(.readerEnded, "its reader ended")
        default: DICOMError(.readerEnded, "its data makes a decoder fail")
        }
    }

    private func end() {
        kill(identifier, SIGKILL)
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
    }

    private static func withCStrings<Value>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
    ) -> Value {
        var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("the array has an element") }
            return body(base)
        }
    }
}
