package import Foundation

/// Frames of an object that was written here, as they lie in its file: compressed, one fragment each, behind a basic offset table.
package enum EncapsulatedFrames {
    /// - Parameters:
    ///   - file: of PS3.10.
    ///   - offset: where the element of pixel data begins.
    /// - Returns: nil for a file that is no such object's.
    package static func read(_ file: Data, at offset: Int) -> [Data]? {
        func number(_ place: Int) -> Int? {
            guard place >= 0, place + 4 <= file.count else { return nil }
            return (0..<4).reduce(0) { $0 | Int(file[file.startIndex + place + $1]) << (8 * $1) }
        }
        // The element's tag, its representation, and that its length is not stated.
        var (place, frames, isTable) = (offset + 12, [Data](), true)
        while let tag = number(place), let length = number(place + 4) {
            guard tag == itemTag else { return tag == endTag && !isTable ? frames : nil }
            guard place + 8 + length <= file.count else { return nil }
            let start = file.startIndex + place + 8
            if !isTable { frames.append(file[start..<start + length]) }
            isTable = false
            place += 8 + length
        }
        return nil
    }

    // As four bytes of two little-endian words.
    private static let itemTag = 0xE000_FFFE
    private static let endTag = 0xE0DD_FFFE
}
