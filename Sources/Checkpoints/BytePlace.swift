/// Where in a checkpoint something is wrong.
package enum BytePlace: Hashable, Sendable {
    /// So many bytes come before it in the file.
    case file(Int)
    /// So many bytes come before it in an unpacked entry of an archive.
    case entry(String, Int)
}

extension BytePlace: CustomStringConvertible {
    package var description: String {
        switch self {
        case .file(let offset): "byte \(offset) of the file"
        case .entry(let entry, let offset): "byte \(offset) of \(entry)"
        }
    }
}
