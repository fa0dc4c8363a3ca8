import DICOM
import Tensors

/// What a file is, by its first bytes alone. Names and media types that a client sends have no say.
enum ContentType: Equatable {
    case container(ContainerFormat)
    case array
    case dicom

    /// - Throws: ``VideoError/empty``, ``VideoError/notAVideo(hint:)``.
    static func of(_ file: RandomAccessFile) throws -> ContentType {
        guard file.count > 0 else { throw VideoError.empty }
        let head = try VideoError.reading { try file.bytes(at: 0, count: 1024) }
        // First: what stands in a DICOM object's preamble may look like another format.
        if DICOMFile.isLikely(head) { return .dicom }
        if head.starts(with: [0x93] + Array("NUMPY".utf8)) { return .array }
        if let format = ContainerFormat.of(head) { return .container(format) }
        throw VideoError.notAVideo(hint: hint(head))
    }

    /// What a file that is not read looks like, so that the sender sees the mistake.
    private static func hint(_ head: [UInt8]) -> String {
        func begins(_ text: String) -> Bool { head.starts(with: Array(text.utf8)) }
        func holds(_ text: String, at offset: Int) -> Bool { head.dropFirst(offset).starts(with: Array(text.utf8)) }
        if begins("#EXTM3U") || begins("ffconcat") { return "it is a playlist; send the video itself" }
        if begins("\u{7F}ELF") || begins("MZ") { return "it is a program" }
        if head.starts(with: [0x89] + Array("PNG".utf8)) || head.starts(with: [0xFF, 0xD8, 0xFF]) {
            return "it is a still image"
        }
        if begins("PK") { return "it is a zip archive" }
        if begins("%PDF") { return "it is a PDF document" }
        if holds("DICM", at: 128) { return "it is a DICOM object without file meta information" }
        if [[0x02, 0x00], [0x08, 0x00]].contains(Array(head.prefix(2))), head.count > 8, head[3] == 0 {
            return "it may be a DICOM data set without the preamble of a file (PS3.10)"
        }
        if begins("OggS") { return "it is an Ogg file; convert it to mp4" }
        if begins("FLV") { return "it is a Flash video; convert it to mp4" }
        if head.starts(with: [0x30, 0x26, 0xB2, 0x75]) { return "it is a Windows Media file; convert it to mp4" }
        if head.starts(with: [0x1F, 0x8B]) || head.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
            return "it is compressed; send the file itself"
        }
        if head.first == 0x47, head.count > 188, head[188] == 0x47 {
            return "it is an MPEG transport stream; convert it to mp4"
        }
        if head.allSatisfy({ $0 >= 0x20 && $0 < 0x7F || [0x09, 0x0A, 0x0D].contains($0) }) { return "it is text" }
        return "its first bytes are not known"
    }
}

/// The containers that FFmpeg may open. Everything else that the library could read (playlists, devices, image
/// sequences) stays shut, because it is never asked to find out by itself what a file is.
enum ContainerFormat: Hashable, CaseIterable {
    case mp4, avi, matroska, gif
    // Within DICOM objects alone.
    case transportStream, programStream, mpegVideo, h264, hevc

    /// The video within a DICOM object: a transport stream or mp4 by the standard (PS3.5, 8.2.5 to 8.2.8), bare streams in use.
    static func ofStream(_ head: [UInt8]) -> ContainerFormat? {
        if let format = of(Array(head.prefix(1024))), format == .mp4 { return .mp4 }
        if head.first == 0x47 { return .transportStream }
        // A start code of three or four bytes, then the kind of what follows.
        guard let start = head.prefix(5).firstIndex(of: 1), (2...3).contains(start),
            head[..<start].allSatisfy({ $0 == 0 }), head.count > start + 1
        else { return nil }
        let kind = head[start + 1]
        switch kind {
        case 0xBA: return .programStream
        case 0xB3: return .mpegVideo
        default:
            // A parameter set or delimiter: 7 and 9 in H.264's five bits (7.3.1), 32 and 35 in HEVC's six.
            if [7, 9].contains(kind & 0x1F), kind & 0x80 == 0 { return .h264 }
            return [32, 33, 35].contains(kind >> 1 & 0x3F) ? .hevc : nil
        }
    }

    static func of(_ head: [UInt8]) -> ContainerFormat? {
        func holds(_ text: String, at offset: Int) -> Bool { head.dropFirst(offset).starts(with: Array(text.utf8)) }
        // The first box of ISO base media, and the ones with which QuickTime files without a type box begin.
        if ["ftyp", "moov", "mdat", "wide", "free", "skip", "pnot"].contains(where: { holds($0, at: 4) }) {
            return .mp4
        }
        if holds("RIFF", at: 0), holds("AVI", at: 8) { return .avi }
        if head.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) { return .matroska }
        if holds("GIF87a", at: 0) || holds("GIF89a", at: 0) { return .gif }
        return nil
    }

    var format: VideoFormat {
        switch self {
        case .mp4: .mp4
        case .avi: .avi
        case .matroska: .matroska
        case .gif: .gif
        case .transportStream, .programStream, .mpegVideo, .h264, .hevc: .dicom
        }
    }

    /// A name of the demuxer, by which FFmpeg finds it.
    var demuxer: String {
        switch self {
        case .mp4: "mov"
        case .avi: "avi"
        case .matroska: "matroska"
        case .gif: "gif"
        case .transportStream: "mpegts"
        case .programStream: "mpeg"
        case .mpegVideo: "mpegvideo"
        case .h264: "h264"
        case .hevc: "hevc"
        }
    }
}

extension VideoError {
    /// Turns what a file's reader throws into this domain's errors.
    static func reading<R>(_ body: () throws -> R) throws -> R {
        do {
            return try body()
        } catch let error as NumPyError {
            switch error {
            case .unreadable(let reason): throw VideoError.unreadable(reason: reason)
            case .tooLarge(_, let limit): throw VideoError.tooLarge(what: "bytes in its array", limit: limit)
            case .notNumPy, .unsupportedVersion, .malformedHeader, .headerTooLarge, .unsupportedType, .fortranOrder,
                .wrongLength:
                throw VideoError.malformedArray(reason: error.description)
            }
        }
    }
}
