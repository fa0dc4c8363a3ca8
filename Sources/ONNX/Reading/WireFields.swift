import Foundation

/// Walks over the fields of one protocol buffer message (protobuf.dev, "Encoding") without decoding them.
struct WireFields {
    struct Field {
        let number: Int
        /// Tag and payload.
        let whole: Range<Int>
        /// Nil for numbers; for what has a length (messages, strings, bytes, packed numbers) where that is.
        let payload: Range<Int>?
    }

    private let bytes: UnsafeRawBufferPointer
    private let end: Int
    private(set) var offset: Int

    /// - Parameter range: of the message in the file.
    init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        self.bytes = bytes
        offset = range.lowerBound
        end = range.upperBound
    }

    /// The next field, nil at the end.
    /// - Throws: ``GraphError/malformed(offset:reason:)``.
    mutating func next() throws -> Field? {
        guard offset < end else { return nil }
        let start = offset
        let tag = try varint()
        let number = Int(truncatingIfNeeded: tag >> 3)
        guard (1...536_870_911).contains(number) else { throw malformed(start, "there is no field number \(tag >> 3)") }
        switch tag & 7 {
        case 0:
            _ = try varint()
            return Field(number: number, whole: start..<offset, payload: nil)
        case 1: try skip(8, from: start)
        case 5: try skip(4, from: start)
        case 2:
            let length = try varint()
            guard length <= UInt64(end - offset) else {
                throw malformed(start, "a field claims \(length) bytes, \(end - offset) are left")
            }
            let payload = offset..<offset + Int(length)
            offset = payload.upperBound
            return Field(number: number, whole: start..<offset, payload: payload)
        default: throw malformed(start, "there is no wire type \(tag & 7)")
        }
        return Field(number: number, whole: start..<offset, payload: nil)
    }

    private mutating func skip(_ count: Int, from start: Int) throws {
        guard end - offset >= count else { throw malformed(start, "the file ends within a number") }
        offset += count
    }

    private mutating func varint() throws -> UInt64 {
        let start = offset
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard offset < end else { throw malformed(start, "the file ends within a number") }
            let byte = bytes[offset]
            offset += 1
            guard shift < 63 || byte <= 1 else { break }
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
        }
        throw malformed(start, "a number takes more than 64 bits")
    }

    private func malformed(_ offset: Int, _ reason: String) -> GraphError {
        .malformed(offset: offset, reason: reason)
    }
}
