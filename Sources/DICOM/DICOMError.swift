import CDICOM

/// Why a DICOM object cannot be read. Crosses from the process that reads to the one that asked. Never holds values of the file.
package struct DICOMError: Error, Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// Not a file of PS3.10, or one that contradicts itself.
        case malformed
        /// It ends before what it promises.
        case truncated
        case noPixels = "no-pixels"
        /// A transfer syntax or kind of pixel that is not decoded here.
        case unsupported
        /// A frame's data cannot be decoded.
        case damaged
        case tooLarge = "too-large"
        /// The process that read it ended: the file made a library crash, or take more than it may.
        case readerEnded = "reader-ended"
    }

    package let kind: Kind
    /// A sentence's end, behind "the DICOM object cannot be read: ".
    package let reason: String

    package init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }

    init(_ status: cdcm_status, _ reason: String) {
        let kind: Kind =
            switch status {
            case CDCM_TRUNCATED: .truncated
            case CDCM_ABSENT: .noPixels
            case CDCM_UNSUPPORTED: .unsupported
            case CDCM_DAMAGED: .damaged
            case CDCM_TOO_LARGE: .tooLarge
            default: .malformed
            }
        self.init(kind, reason)
    }
}

extension DICOMError: CustomStringConvertible {
    package var description: String { "the DICOM object cannot be read: \(reason)" }
    /// A stable name for programs.
    package var code: String { "dicom.\(kind.rawValue)" }
}
