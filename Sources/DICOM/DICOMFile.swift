import CDICOM
package import Foundation

/// What a DICOM object may ask for before it is refused, and how much of it is shown.
package struct DICOMLimits: Hashable, Sendable {
    /// Rows times columns.
    package var pixels: Int
    package var frames: Int
    /// Of a data set that comes deflated, and of a video's bit stream.
    package var bytes: Int
    /// Whether objects without regions are shown whole, though names may be burnt into them.
    package var showsWholeFrames: Bool

    package init(pixels: Int, frames: Int, bytes: Int, showsWholeFrames: Bool) {
        self.pixels = pixels
        self.frames = frames
        self.bytes = bytes
        self.showsWholeFrames = showsWholeFrames
    }
}

/// An open DICOM object: its facts, and its frames one at a time.
///
/// The libraries below may crash on what comes from outside: untrusted files are opened in a process of their own.
package final class DICOMFile {
    package let facts: DICOMFacts
    private let handle: OpaquePointer
    private let limits: DICOMLimits
    private let pixels: StoredPixels?
    private var buffer: [UInt8] = []

    /// Whether a file begins like a DICOM object: a preamble, the prefix, and an element of the file meta information (PS3.10, 7.1). The
    /// preamble may be anything, another format's header too.
    package static func isLikely(_ head: [UInt8]) -> Bool {
        head.count >= 134 && Array(head[128..<132]) == Array("DICM".utf8) && head[132] == 2 && head[133] == 0
    }

    /// - Throws: ``DICOMError``; pixels that cannot be decoded are no error here, see ``DICOMFacts/pixelProblem``.
    package init(_ url: URL, limits: DICOMLimits) throws {
        var handle: OpaquePointer?
        let (status, reason) = withMessage { cdcm_open(url.path, UInt64(clamping: limits.bytes), &handle, $0) }
        guard status == CDCM_OK, let handle else { throw DICOMError(status, reason) }
        self.handle = handle
        self.limits = limits
        let attributes = Attributes(handle)
        var (pixels, problem): (StoredPixels?, DICOMError?)
        do {
            pixels = try StoredPixels(attributes, limits: limits)
        } catch let error as DICOMError {
            problem = error
        }
        self.pixels = pixels
        facts = DICOMFacts(
            attributes, pixels: pixels, problem: problem, showsWholeFrames: limits.showsWholeFrames)
    }

    deinit { cdcm_close(handle) }

    /// Reads it out of the file. Nil when the object does not say which study, series and instance it is.
    var identity: DICOMIdentity? { DICOMIdentity(Attributes(handle)) }

    /// A frame in colours or grey, whole.
    /// - Parameter index: from 0.
    /// - Throws: ``DICOMError``.
    package func frame(_ index: Int) throws -> DICOMFrame {
        guard let pixels else { throw facts.pixelProblem ?? DICOMError(.noPixels, "it has no pixel data") }
        if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: pixels.bufferBytes) }
        var found = cdcm_frame_facts()
        let (status, reason) = buffer.withUnsafeMutableBufferPointer { buffer in
            withMessage {
                cdcm_frame(handle, UInt64(clamping: index), buffer.baseAddress, buffer.count, &found, $0)
            }
        }
        guard status == CDCM_OK else { throw DICOMError(status, "frame \(index): \(reason)") }
        return try pixels.frame(buffer, as: found)
    }

    /// The bit stream of an object that holds a video.
    /// - Throws: ``DICOMError``.
    package func stream() throws -> [UInt8] {
        var (bytes, count): (UnsafeMutablePointer<UInt8>?, Int) = (nil, 0)
        let (status, reason) = withMessage {
            cdcm_stream(handle, UInt64(clamping: limits.bytes), &bytes, &count, $0)
        }
        guard status == CDCM_OK, let bytes else { throw DICOMError(status, reason) }
        defer { cdcm_free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }
}

/// The libraries that read DICOM objects: other versions may give other bits.
package enum DICOMLibraries {
    package static var versions: [String: String] {
        ["dcmtk": String(cString: cdcm_toolkit_version()), "openjpeg": String(cString: cdcm_jpeg2000_version())]
    }
}

/// Calls a function of the library with room for its message.
func withMessage(_ body: (cdcm_message) -> cdcm_status) -> (cdcm_status, reason: String) {
    var text = [CChar](repeating: 0, count: 256)
    let status = text.withUnsafeMutableBufferPointer {
        body(cdcm_message(text: $0.baseAddress, capacity: $0.count))
    }
    let bytes = text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    return (status, bytes.isEmpty ? "it is damaged" : String(decoding: bytes, as: UTF8.self))
}
