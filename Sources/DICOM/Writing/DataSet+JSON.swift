import Foundation

/// The DICOM JSON model (PS3.18, annex F).
extension DataSet {
    /// One object, attributes in the order of their tags; pixel data is left out.
    package var json: String {
        let members = sorted.compactMap { tag, value -> String? in
            guard let content = Self.content(value) else { return nil }
            return "\"\(Self.name(tag))\":{\"vr\":\"\(value.representation)\"\(content)}"
        }
        return "{\(members.joined(separator: ","))}"
    }

    /// Eight hexadecimal digits, as names of attributes are there.
    package static func name(_ tag: Tag) -> String { String(format: "%08X", tag) }

    /// Behind the value representation; empty for an attribute without a value, nil for what is left out.
    private static func content(_ value: Value) -> String? {
        switch value {
        case .frames: return nil
        case .bytes(let bytes): return ",\"InlineBinary\":\"\(Data(bytes).base64EncodedString())\""
        case .items(let items): return values(items.map(\.json))
        case .shorts(let numbers): return values(numbers.map { "\($0)" })
        case .longs(let numbers): return values(numbers.map { "\($0)" })
        case .doubles(let numbers): return values(numbers.map { "\($0)" })
        case .tags(let tags): return values(tags.map { "\"\(name($0))\"" })
        case .text(let characters, let text):
            guard !text.isEmpty else { return "" }
            let parts =
                characters.isMultiple
                ? text.split(separator: "\\", omittingEmptySubsequences: false).map(String.init) : [text]
            return values(parts.map { part in self.text(part, characters) })
        }
    }

    private static func values(_ values: [String]) -> String {
        values.isEmpty ? "" : ",\"Value\":[\(values.joined(separator: ","))]"
    }

    private static func text(_ part: String, _ characters: Characters) -> String {
        switch characters {
        case .decimal, .integer:
            // Numbers where they are numbers of JSON too, as the model wants them.
            let trimmed = part.filter { $0 != " " && $0 != "+" }
            guard let number = Double(trimmed), number.isFinite else { return part.isEmpty ? "null" : quoted(part) }
            return characters == .integer ? String(Int(number)) : "\(number)"
        case .person:
            let groups = part.split(separator: "=", omittingEmptySubsequences: false)
            let members = zip(["Alphabetic", "Ideographic", "Phonetic"], groups).filter { !$0.1.isEmpty }
            return "{\(members.map { "\"\($0.0)\":\(quoted(String($0.1)))" }.joined(separator: ","))}"
        default: return part.isEmpty ? "null" : quoted(part)
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case _ where scalar.value < 0x20: result += String(format: "\\u%04x", scalar.value)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
