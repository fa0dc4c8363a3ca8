import Tensors

/// For each window, which of its elements was taken: a byte where that suffices, else four.
final class WindowPlaces: @unchecked Sendable {
    let count: Int
    private let bytes: UnsafeMutablePointer<UInt8>?
    private let words: UnsafeMutablePointer<UInt32>?
    private let counted: CountedBytes

    /// Uninitialised; written whole before it is shared.
    /// - Parameter elements: in each window.
    init(count: Int, elements: Int) {
        self.count = count
        let fits = elements <= 1 << UInt8.bitWidth
        bytes = fits ? .allocate(capacity: max(count, 1)) : nil
        words = fits ? nil : .allocate(capacity: max(count, 1))
        counted = CountedBytes(count * (fits ? 1 : MemoryLayout<UInt32>.size))
    }

    deinit {
        bytes?.deallocate()
        words?.deallocate()
    }

    var byteCount: Int { count * (bytes == nil ? MemoryLayout<UInt32>.size : 1) }

    /// Where the windows from `place` on are kept: one of the two.
    func pointers(from place: Int) -> (bytes: UnsafeMutablePointer<UInt8>?, words: UnsafeMutablePointer<UInt32>?) {
        (bytes.map { $0 + place }, words.map { $0 + place })
    }
}
