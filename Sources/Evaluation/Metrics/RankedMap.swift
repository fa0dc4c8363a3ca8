package import Cine
import Tensors

/// The ranks of a map's values, to compare it with several.
package struct RankedMap: Sendable {
    /// Nil for maps that hold a value that is not a number.
    package let signed, magnitudes: Ranks?
    private let counted: CountedBytes

    /// Bytes of the ranks of so many values, and what finding them takes besides: the values, their magnitudes, and a sort's keys and places twice.
    package static func bytes(values: Int) -> Int { 2 * values * MemoryLayout<Float>.stride }
    package static func rankingBytes(values: Int) -> Int { 6 * values * MemoryLayout<Float>.stride }

    package init(_ map: AttributionMap) {
        counted = CountedBytes(Self.bytes(values: map.values.count))
        let ranking = CountedBytes(Self.rankingBytes(values: map.values.count))
        defer { withExtendedLifetime(ranking) {} }
        let values = map.values.values
        signed = Ranks(values)
        magnitudes = Ranks(values.map(abs))
    }
}
