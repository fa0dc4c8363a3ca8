import Foundation
import Yams

/// A JSON value, from a JSON or a YAML text.
enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    init(_ bytes: [UInt8]) throws { self = try JSONDecoder().decode(JSON.self, from: Data(bytes)) }

    init(_ text: String) throws { try self.init(Array(text.utf8)) }

    var bytes: [UInt8] {
        get throws {
            // The same document is the same bytes: a model is known by those of its manifest.
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return Array(try encoder.encode(self))
        }
    }

    var text: String {
        get throws { String(decoding: try bytes, as: UTF8.self) }
    }
}

extension JSON {
    /// A field; null when there is none.
    subscript(name: String) -> JSON {
        get { object?[name] ?? .null }
        set {
            guard case .object(var fields) = self else { return }
            fields[name] = newValue
            self = .object(fields)
        }
    }

    /// An element; null when there is none.
    subscript(index: Int) -> JSON { array.flatMap { $0.indices.contains(index) ? $0[index] : nil } ?? .null }

    var object: [String: JSON]? { if case .object(let fields) = self { fields } else { nil } }
    var array: [JSON]? { if case .array(let elements) = self { elements } else { nil } }
    var string: String? { if case .string(let text) = self { text } else { nil } }
    var double: Double? { if case .number(let number) = self { number } else { nil } }
    var int: Int? { double.flatMap { Int(exactly: $0) } }
    var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }
    var isNull: Bool { self == .null }

    /// Names of the fields, sorted; empty for what is no object.
    var names: [String] { object?.keys.sorted() ?? [] }
    var strings: [String] { array?.compactMap(\.string) ?? [] }

    /// A field of every element.
    func column(_ name: String) -> [JSON] { (array ?? []).map { $0[name] } }

    func with(_ name: String, _ value: JSON) -> JSON {
        var document = self
        document[name] = value
        return document
    }

    func without(_ name: String) -> JSON {
        guard case .object(var fields) = self else { return self }
        fields[name] = nil
        return .object(fields)
    }
}

extension JSON: Codable {
    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        // Numbers first: of them there are millions.
        if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .string(text)
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if value.decodeNil() {
            self = .null
        } else if let elements = try? value.decode([JSON].self) {
            self = .array(elements)
        } else {
            self = .object(try value.decode([String: JSON].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .null: try value.encodeNil()
        case .bool(let bool): try value.encode(bool)
        case .number(let number):
            if let whole = Int(exactly: number) { try value.encode(whole) } else { try value.encode(number) }
        case .string(let text): try value.encode(text)
        case .array(let elements): try value.encode(elements)
        case .object(let fields): try value.encode(fields)
        }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .number(Double(value)) }
    init(floatLiteral value: Double) { self = .number(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(arrayLiteral elements: JSON...) { self = .array(elements) }
    init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { first, _ in first }))
    }
}

extension JSON {
    /// Reads YAML by the core schema of YAML 1.2: dates and `no` are text there, other than in YAML 1.1.
    init(yaml: String) throws {
        guard let node = try Yams.compose(yaml: yaml) else { throw EmptyDocument() }
        self.init(node)
    }

    private struct EmptyDocument: Error {}

    private init(_ node: Node) {
        switch node {
        case .scalar(let scalar):
            guard scalar.style == .plain else {
                self = .string(scalar.string)
                return
            }
            switch scalar.string {
            case "", "~", "null": self = .null
            case "true": self = .bool(true)
            case "false": self = .bool(false)
            case let text: self = Self.isNumber(text) ? .number(Double(text) ?? .nan) : .string(text)
            }
        case .sequence(let sequence): self = .array(sequence.map(JSON.init))
        case .mapping(let mapping):
            self = .object(
                Dictionary(
                    mapping.map { ($0.key.string ?? "", JSON($0.value)) }, uniquingKeysWith: { first, _ in first }))
        case .alias: self = .null
        }
    }

    private static func isNumber(_ text: String) -> Bool {
        text.wholeMatch(of: /[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?/) != nil
    }
}
