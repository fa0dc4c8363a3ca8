/// The bytes of an archive, read within bounds. Zip is little-endian.
struct ZipBytes {
    private let bytes: UnsafeRawBufferPointer

    /// - Parameter bytes: outlive this.
    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var count: Int { bytes.count }

    /// - Parameters:
    ///   - offset: what lies outside of the file counts as zeros.
    ///   - width: at most 4.
    func number(at offset: Int, bytes width: Int) -> Int {
        guard offset >= 0, offset <= bytes.count - width else { return 0 }
        return (0..<width).reversed().reduce(0) { $0 << 8 | Int(bytes[offset + $1]) }
    }

    /// Eight bytes; nil when they are no place in a file.
    func wideNumber(at offset: Int) -> Int? {
        let high = number(at: offset + 4, bytes: 4)
        return high < 1 << 31 ? high << 32 | number(at: offset, bytes: 4) : nil
    }

    /// Nil when it is not UTF-8.
    func text(at offset: Int, bytes length: Int) -> String? {
        guard offset >= 0, length >= 0, offset <= bytes.count - length else { return nil }
        return String(validating: bytes[offset..<offset + length], as: UTF8.self)
    }

    static func malformed(_ offset: Int, _ reason: String) -> CheckpointError {
        .malformed(format: .torchZip, place: .file(offset), reason: reason)
    }
}
