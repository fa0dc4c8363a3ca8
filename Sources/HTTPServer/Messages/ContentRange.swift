/// Which part of a representation a `Range` header field asks for (RFC 9110, section 14). One range of bytes is understood; several, other
/// units and what cannot be parsed count as no range, as section 14.2 allows.
package enum ContentRange: Hashable, Sendable {
    case whole
    /// At least one byte.
    case part(offset: Int, length: Int)
    /// To be answered 416.
    case unsatisfiable

    /// - Parameters:
    ///   - field: the value of `Range`, nil when there is none.
    ///   - size: the bytes of the whole representation.
    package init(field: String?, size: Int) {
        self = .whole
        guard let field, field.lowercased().hasPrefix("bytes=") else { return }
        let spec = field.dropFirst("bytes=".count).filter { $0 != " " && $0 != "\t" }
        let ends = spec.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2 else { return }
        switch (Self.number(ends[0]), Self.number(ends[1])) {
        case (nil, let suffix?) where ends[0].isEmpty:
            self = suffix == 0 || size == 0 ? .unsatisfiable : .from(max(0, size - suffix), size)
        case (let first?, nil) where ends[1].isEmpty:
            self = first >= size ? .unsatisfiable : .from(first, size)
        case (let first?, let last?) where first <= last:
            self = first >= size ? .unsatisfiable : .from(first, min(last, size - 1) + 1)
        case (nil, _), (_, nil), (.some, .some): break
        }
    }

    private static func from(_ start: Int, _ end: Int) -> ContentRange { .part(offset: start, length: end - start) }

    /// Digits only; a number beyond `Int` counts as the largest.
    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy(Octet.isDigit) else { return nil }
        return Int(text) ?? .max
    }

    /// The value of `Content-Range` for this answer; nil for the whole.
    package func field(size: Int) -> String? {
        switch self {
        case .whole: nil
        case .part(let offset, let length): "bytes \(offset)-\(offset + length - 1)/\(size)"
        case .unsatisfiable: "bytes */\(size)"
        }
    }
}
