/// The lookup tables of PALETTE COLOR (PS3.3, C.7.6.3.1.5).
struct Palette {
    /// Red, green, blue of each entry.
    private let entries: [UInt8]
    /// The sample that the first entry belongs to.
    private let first: Int

    /// - Throws: ``DICOMError``.
    init(_ attributes: Attributes) throws {
        let channels = try [0, 1, 2].map { channel in
            try Self.channel(
                attributes, descriptor: 0x0028_1101 + UInt32(channel), data: 0x0028_1201 + UInt32(channel))
        }
        guard Set(channels.map(\.bytes.count)).count == 1, Set(channels.map(\.first)).count == 1 else {
            throw DICOMError(.malformed, "the tables of its palette have different lengths")
        }
        first = channels[0].first
        entries = channels[0].bytes.indices.flatMap { index in channels.map { $0.bytes[index] } }
    }

    private static func channel(
        _ attributes: Attributes, descriptor: UInt32, data: UInt32
    ) throws -> (bytes: [UInt8], first: Int) {
        guard let declared = attributes.number(descriptor), let firstMapped = attributes.number(descriptor, at: 1),
            let bits = attributes.number(descriptor, at: 2)
        else { throw DICOMError(.malformed, "its palette has no descriptors") }
        // 0 stands for 65536, and a writer's signed 16 bits for what they are.
        let count = declared <= 0 ? Int(declared) + 65536 : Int(declared)
        // Tables come whole, or in segments 32 tags further on.
        let whole = attributes.words(data)
        let words =
            whole.isEmpty
            ? try PaletteSegments(attributes.words(data + 0x20), bits: Int(bits), count: count).values : whole
        let values: [UInt8]
        if words.count >= count {
            let used = words.prefix(count)
            // Some makers say 16 bits and write 8.
            let isWide = bits > 8 && used.contains { $0 > 255 }
            values = used.map { isWide ? UInt8($0 >> 8) : UInt8(truncatingIfNeeded: $0) }
        } else if words.count * 2 >= count {
            values = (0..<count).map { UInt8(truncatingIfNeeded: words[$0 / 2] >> ($0 % 2 * 8)) }
        } else {
            throw DICOMError(.malformed, "its palette is shorter than its descriptors say")
        }
        return (values, Int(firstMapped))
    }

    /// Three bytes a sample; samples beyond the ends take the entries there.
    func colors(_ samples: [Int]) -> [UInt8] {
        let last = entries.count / 3 - 1
        return [UInt8](unsafeUninitializedCapacity: 3 * samples.count) { bytes, count in
            for (index, sample) in samples.enumerated() {
                let entry = min(max(sample - first, 0), last)
                for channel in 0..<3 { bytes[3 * index + channel] = entries[3 * entry + channel] }
            }
            count = 3 * samples.count
        }
    }
}
