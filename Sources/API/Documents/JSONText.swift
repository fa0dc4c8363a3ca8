import Foundation

/// A JSON object as text.
struct JSONText: Hashable, Sendable {
    let text: String

    /// Text that is known to be a JSON object, since this service wrote it.
    init(stored text: String) { self.text = text }

    /// Field names in snake case; numbers that are none become text, so that nothing is ever lost for one of them.
    init(_ value: some Encodable) {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        // Documents are plain structures of this module: they can always be encoded.
        text = (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    var bytes: [UInt8] { Array(text.utf8) + [UInt8(ascii: "\n")] }

    /// The fields of both, which have no name in common.
    func merging(_ other: JSONText) -> JSONText {
        let (a, b) = (text.dropFirst().dropLast(), other.text.dropFirst().dropLast())
        return JSONText(stored: "{" + (a.isEmpty || b.isEmpty ? a + b : a + "," + b) + "}")
    }

    /// The object with one more field, whose value is JSON text.
    func adding(_ name: String, _ value: String) -> JSONText {
        merging(JSONText(stored: "{\"\(name)\":\(value)}"))
    }
}
