import Foundation
import Tensors

/// A video file after its first bytes told what it is.
enum OpenedVideo {
    case decoder(any FrameSequence)
    case array(ArrayVideo)
    case dicom(DICOMVideo)

    /// - Parameters:
    ///   - framing: of a DICOM object.
    ///   - counting: whether the number of frames must be right, for which a video within a DICOM object is decoded once.
    /// - Throws: ``VideoError``.
    static func open(_ url: URL, framing: ClipFraming, counting: Bool, limits: VideoLimits) throws -> OpenedVideo {
        switch try ContentType.of(try VideoError.reading { try RandomAccessFile(url) }) {
        case .dicom:
            return .dicom(try DICOMVideo(url, framing: framing, counting: counting, limits: limits))
        case .array: return .array(try ArrayVideo.open(url, limits: limits))
        case .container(let format):
            switch limits.containerReading {
            case .here: return .decoder(try FrameDecoder(Container(url, format, limits: limits), limits: limits))
            case .process(let executable): return .decoder(try IsolatedVideo(executable, url, limits: limits))
            }
        }
    }
}
