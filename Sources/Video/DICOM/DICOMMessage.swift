import DICOM
import Foundation

/// What the process that reads a DICOM object writes to the one that asked, in this order: an opening, then frames until the end or an error; or its header
/// alone.
///
/// Each message is a byte for its kind, the number of bytes that follow (32 bits, little-endian), and those: JSON, or a frame's pixels.
enum DICOMMessage {
    case outline(DICOMOutline)
    case frame([UInt8])
    case end
    case failure(Failure)
    /// All that is written where no frames are asked for.
    case header(DICOMHeader)

    /// What went wrong, in the terms of the asking side.
    enum Failure: Codable {
        case dicom(DICOMError)
        case tooSmall(width: Int, height: Int)
        case other(String)

        init(_ error: any Error) {
            switch error {
            case let error as DICOMError: self = .dicom(error)
            case VideoError.dicom(let error): self = .dicom(error)
            case VideoError.tooSmall(let width, let height): self = .tooSmall(width: width, height: height)
            case let error as VideoError: self = .other(error.description)
            default: self = .other("the reader failed")
            }
        }

        var error: any Error {
            switch self {
            case .dicom(let error): error
            case .tooSmall(let width, let height): VideoError.tooSmall(width: width, height: height)
            case .other(let reason): DICOMError(.damaged, reason)
            }
        }
    }

    enum Kind: UInt8 {
        case outline = 1
        case frame = 2
        case end = 3
        case failure = 4
        case header = 5
    }

    /// - Throws: `EncodingError`, for values that JSON has no form for.
    func encoded() throws -> (kind: Kind, body: [UInt8]) {
        switch self {
        case .outline(let outline): (.outline, Array(try JSONEncoder().encode(outline)))
        case .frame(let pixels): (.frame, pixels)
        case .end: (.end, [])
        case .failure(let failure): (.failure, Array(try JSONEncoder().encode(failure)))
        case .header(let header): (.header, Array(try JSONEncoder().encode(header)))
        }
    }
}
