/// A palette's table in segments (PS3.3, C.7.9.2).
struct PaletteSegments {
    private(set) var values: [UInt16] = []
    private let data: [UInt16]
    private let count: Int

    /// - Parameters:
    ///   - words: as they are stored; of a table of 8 bits two entries lie in each.
    ///   - count: entries that the table is to have.
    /// - Throws: ``DICOMError``.
    init(_ words: [UInt16], bits: Int, count: Int) throws {
        data = bits > 8 ? words : words.flatMap { [$0 & 0xFF, $0 >> 8] }
        self.count = count
        var position = 0
        // A byte of padding may follow.
        while position + 1 < data.count, values.count < count { try take(&position, isIndirect: false) }
    }

    private static let damaged = DICOMError(.malformed, "the segments of its palette are damaged")

    private mutating func take(_ position: inout Int, isIndirect: Bool) throws {
        func word() throws -> Int {
            guard position < data.count else { throw Self.damaged }
            defer { position += 1 }
            return Int(data[position])
        }
        let (kind, length) = (try word(), try word())
        switch kind {
        case 0:
            guard values.count + length <= count, position + length <= data.count else { throw Self.damaged }
            values += data[position..<position + length]
            position += length
        case 1:
            // A line from the last entry to the one that is given.
            guard let start = values.last, length > 0, values.count + length <= count else { throw Self.damaged }
            let step = (Double(try word()) - Double(start)) / Double(length)
            values += (1...length).map { UInt16((Double(start) + step * Double($0)).rounded()) }
        case 2 where !isIndirect:
            // Segments again that stand at an offset, in bytes.
            let (low, high) = (try word(), try word())
            var place = (high << (data.max() ?? 0 > 255 ? 16 : 8) | low) / 2
            for _ in 0..<length { try take(&place, isIndirect: true) }
        default: throw Self.damaged
        }
    }
}
