import Tensors

/// Holds the sizes that a container states of itself against the file's length.
///
/// FFmpeg reads what there is of a file that was cut off and says nothing; an explanation of half a video would be
/// worse than none.
enum ContainerLength {
    static func isTruncated(_ file: RandomAccessFile, _ format: ContainerFormat) throws -> Bool {
        switch format {
        case .mp4: try isMP4Truncated(file)
        case .avi: try isAVITruncated(file)
        case .matroska: try isMatroskaTruncated(file)
        // A stream of blocks without a total; it ends with a semicolon, which some writers omit.
        case .gif: false
        // They have no total either.
        case .transportStream, .programStream, .mpegVideo, .h264, .hevc: false
        }
    }

    /// ISO/IEC 14496-12, 4.2: boxes of a 32-bit size and a type; 1 is followed by a 64-bit size, 0 reaches to the end
    /// of the file.
    private static func isMP4Truncated(_ file: RandomAccessFile) throws -> Bool {
        var (offset, boxes, hasMovie) = (0, 0, false)
        // Boxes that end a file early are damage; unknown bytes behind the last one are common and harmless.
        let known = ["ftyp", "moov", "mdat", "moof", "free", "skip", "wide", "mfra", "sidx", "uuid", "meta", "udta"]
        while offset < file.count, boxes < 1_000_000 {
            let head = try file.bytes(at: offset, count: 16)
            guard head.count >= 8 else { return !hasMovie }
            let type = String(decoding: head[4..<8], as: UTF8.self)
            guard known.contains(type) else { return false }
            if type == "moov" { hasMovie = true }
            var size = bigEndian(head[0..<4])
            if size == 0 { return !hasMovie }
            if size == 1 {
                guard head.count == 16, head[8] == 0 else { return true }
                size = bigEndian(head[8..<16])
            }
            guard size >= 8 else { return false }
            guard size <= file.count - offset else { return true }
            offset += size
            boxes += 1
        }
        return !hasMovie
    }

    /// The first RIFF chunk of an AVI file: a 32-bit little-endian size behind the name. Writers that never came to the
    /// end leave 0 or -1.
    private static func isAVITruncated(_ file: RandomAccessFile) throws -> Bool {
        let head = try file.bytes(at: 0, count: 8)
        guard head.count == 8 else { return true }
        let size = (4..<8).reduce(0) { $0 | Int(head[$1]) << (8 * ($1 - 4)) }
        return size != 0 && size != 0xFFFF_FFFF && size + 8 > file.count
    }

    /// RFC 8794, section 4: an element's identifier and size are numbers whose length is in the leading zeros of the
    /// first byte; a size of all ones is unknown (a live recording). The file is an EBML header and a segment.
    private static func isMatroskaTruncated(_ file: RandomAccessFile) throws -> Bool {
        var offset = 0
        for _ in 0..<16 {
            let head = try file.bytes(at: offset, count: 12)
            guard let first = head.first else { return true }
            let identifierBytes = first.leadingZeroBitCount + 1
            guard identifierBytes <= 4 else { return false }
            let identifier = bigEndian(head.prefix(identifierBytes))
            let rest = head.dropFirst(identifierBytes)
            guard let marker = rest.first else { return true }
            let sizeBytes = marker.leadingZeroBitCount + 1
            guard sizeBytes <= 8 else { return false }
            guard rest.count >= sizeBytes else { return true }
            let mask = (1 << (7 * sizeBytes)) - 1
            let size = bigEndian(rest.prefix(sizeBytes)) & mask
            if size == mask { return false }
            let end = offset + identifierBytes + sizeBytes
            guard size <= file.count - end else { return true }
            if identifier == 0x1853_8067 { return false }
            offset = end + size
        }
        return false
    }

    private static func bigEndian(_ bytes: some Sequence<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
}
