/// A field of a document that its type does not have.
package struct UnknownField: Error, Hashable, Sendable {
    package let path: String
    package let known: [String]
}

extension Decoder {
    /// A keyed container that refuses keys which its coding keys do not list: a misspelt field is an error, never ignored.
    /// - Throws: ``UnknownField``, or a `DecodingError` when this is no object.
    package func closedContainer<Key: CodingKey & CaseIterable>(
        keyedBy type: Key.Type
    ) throws -> KeyedDecodingContainer<Key> {
        let known = type.allCases.map(\.stringValue)
        let fields = try container(keyedBy: AnyKey.self)
        for key in fields.allKeys {
            let path = (codingPath + [key]).dotted
            guard known.contains(key.stringValue) else { throw UnknownField(path: path, known: known.sorted()) }
            // A null that is taken for nothing hides the mistake of a client that meant to send a value.
            guard try !fields.decodeNil(forKey: key) else {
                throw DocumentError(path: path, reason: "expected a value, not null; leave out a field that has none")
            }
        }
        return try container(keyedBy: type)
    }
}

extension KeyedDecodingContainer {
    /// A whole number, or nil when the field is left out.
    /// - Throws: ``DocumentError`` with the field's path, also for fractions and numbers that are too large, whose path a decoder does not tell.
    package func wholeNumber<Number: FixedWidthInteger & Decodable>(_ type: Number.Type, forKey key: Key) throws
        -> Number?
    {
        do {
            return try decodeIfPresent(type, forKey: key)
        } catch {
            // Not only a DecodingError: numbers that do not fit come as an error of the decoder's own.
            throw DocumentError(
                path: (codingPath + [key]).dotted,
                reason: "expected a whole number" + (Number.isSigned ? "" : " from 0 to \(Number.max)"))
        }
    }
}

/// Any field name at all.
private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension [any CodingKey] {
    /// `clip.frames`, `labels[2]`; empty for the document itself.
    package var dotted: String {
        reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += (path.isEmpty ? "" : ".") + key.stringValue
            }
        }
    }
}

/// What is wrong with a JSON document, in words: the field and what it should be.
package struct DocumentError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Dotted path of the field, empty for the document itself.
    package let path: String
    package let reason: String

    package init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    package var description: String { path.isEmpty ? reason : "\(path): \(reason)" }

    /// - Parameter error: what a decoder threw.
    package init(_ error: any Error) {
        switch error {
        case let error as DocumentError: self = error
        case let error as UnknownField:
            self.init(path: error.path, reason: "unknown field; known here: \(error.known.joined(separator: ", "))")
        case DecodingError.typeMismatch(let type, let context):
            self.init(path: context.codingPath.dotted, reason: "expected \(Self.name(of: type))")
        case DecodingError.valueNotFound(let type, let context):
            self.init(path: context.codingPath.dotted, reason: "expected \(Self.name(of: type)), found null")
        case DecodingError.keyNotFound(let key, let context):
            self.init(path: (context.codingPath + [key]).dotted, reason: "this field is missing")
        case DecodingError.dataCorrupted(let context):
            self.init(
                path: context.codingPath.dotted,
                reason: context.codingPath.isEmpty && context.debugDescription.contains("not valid JSON")
                    ? Self.notJSON : context.debugDescription)
        default: self.init(path: "", reason: "the document cannot be read")
        }
    }

    private static func name(of type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Bool.Type: "true or false"
        case is Int.Type, is UInt64.Type: "a whole number"
        case is Double.Type, is Float.Type: "a number"
        case is [Any].Type: "an array"
        default: "an object"
        }
    }
}

extension DocumentError {
    private static let notJSON = "this is no valid JSON"

    /// Whether the document could not even be parsed.
    package var isMalformed: Bool { path.isEmpty && reason == Self.notJSON }
}
