/// Several files in one, in NumPy's .npz format: a zip archive whose members are stored as they are, as `numpy.savez` writes it.
///
/// The same members give the same bytes: their time is the beginning of zip's calendar.
package struct NumPyArchive {
    private struct Member {
        let name: [UInt8]
        let checksum: UInt32
        let count, offset: Int
    }

    /// What the fields of the format hold without its 64-bit extension.
    private static let largest = Int(UInt32.max) - 1

    private var bytes: [UInt8] = []
    private var members: [Member] = []

    package init() {}

    /// - Parameter name: with its ending: `flow.npy` is loaded as the array `flow`, any other file as its bytes.
    /// - Throws: ``NumPyError/tooLarge(bytes:limit:)`` beyond 4 GiB in all.
    package mutating func add(_ name: String, _ contents: [UInt8]) throws {
        let size = bytes.count + contents.count + 2 * name.utf8.count + 256
        guard size <= Self.largest else { throw NumPyError.tooLarge(bytes: size, limit: Self.largest) }
        let member = Member(
            name: Array(name.utf8), checksum: Self.checksum(contents), count: contents.count, offset: bytes.count)
        // APPNOTE.TXT 4.3.7.
        bytes += Self.number(0x0403_4B50, bytes: 4) + Self.fields(member) + Self.number(0, bytes: 2) + member.name
        bytes += contents
        members.append(member)
    }

    /// The whole archive.
    package var archive: [UInt8] {
        // APPNOTE.TXT 4.3.12: for each member the version it is made by, the fields of its header, and nothing in the rest but its place.
        var directory: [UInt8] = []
        for member in members {
            directory += Self.number(0x0201_4B50, bytes: 4) + Self.number(20, bytes: 2)
            directory += Self.fields(member) + [UInt8](repeating: 0, count: 12)
            directory += Self.number(member.offset, bytes: 4) + member.name
        }
        // 4.3.16.
        var end = Self.number(0x0605_4B50, bytes: 4) + Self.number(0, bytes: 4)
        for _ in 0..<2 { end += Self.number(members.count, bytes: 2) }
        end += Self.number(directory.count, bytes: 4) + Self.number(bytes.count, bytes: 4) + Self.number(0, bytes: 2)
        return bytes + directory + end
    }

    /// Version needed, flags (names in UTF-8), method (stored), time and date (1980-01-01), checksum, sizes, length of the name.
    private static func fields(_ member: Member) -> [UInt8] {
        let short = [20, 0x800, 0, 0, 0x21].flatMap { number($0, bytes: 2) }
        let sizes = [Int(member.checksum), member.count, member.count].flatMap { number($0, bytes: 4) }
        return short + sizes + number(member.name.count, bytes: 2)
    }

    private static func number(_ value: Int, bytes: Int) -> [UInt8] {
        (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// CRC-32 as ISO 3309 has it.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { sum, byte in table[Int((sum ^ UInt32(byte)) & 0xFF)] ^ (sum >> 8) }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 0 ? value >> 1 : 0xEDB8_8320 ^ (value >> 1) }
    }
}
