import Foundation

/// Attributes of an answer in DICOM's own forms: JSON (PS3.18, annex F) or the native model in XML (PS3.19, annex A).
struct DICOMElements: Hashable, Sendable {
    enum Value: Hashable, Sendable {
        case text([String])
        case numbers([Int])
        case sequence([DICOMElements])
    }

    /// The attributes that answers have, by tag.
    enum Attribute: String, Hashable, Sendable {
        case referencedSOPClassUID = "00081150"
        case referencedSOPInstanceUID = "00081155"
        case retrieveURL = "00081190"
        case warningReason = "00081196"
        case failureReason = "00081197"
        case failedSOPSequence = "00081198"
        case referencedSOPSequence = "00081199"

        var representation: String {
            switch self {
            case .referencedSOPClassUID, .referencedSOPInstanceUID: "UI"
            case .retrieveURL: "UR"
            case .warningReason, .failureReason: "US"
            case .failedSOPSequence, .referencedSOPSequence: "SQ"
            }
        }

        var keyword: String {
            switch self {
            case .referencedSOPClassUID: "ReferencedSOPClassUID"
            case .referencedSOPInstanceUID: "ReferencedSOPInstanceUID"
            case .retrieveURL: "RetrieveURL"
            case .warningReason: "WarningReason"
            case .failureReason: "FailureReason"
            case .failedSOPSequence: "FailedSOPSequence"
            case .referencedSOPSequence: "ReferencedSOPSequence"
            }
        }
    }

    private var values: [Attribute: Value] = [:]

    subscript(attribute: Attribute) -> Value? {
        get { values[attribute] }
        set { values[attribute] = newValue }
    }

    private var sorted: [(Attribute, Value)] { values.sorted { $0.key.rawValue < $1.key.rawValue } }
}

extension DICOMElements: Encodable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private struct Element: Encodable {
        enum CodingKeys: String, CodingKey {
            case representation = "vr"
            case value = "Value"
        }

        let representation: String
        let value: Value

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(representation, forKey: .representation)
            // An empty attribute has no value at all (PS3.18, F.2.5).
            switch value {
            case .text(let texts): if !texts.isEmpty { try fields.encode(texts, forKey: .value) }
            case .numbers(let numbers): if !numbers.isEmpty { try fields.encode(numbers, forKey: .value) }
            case .sequence(let items): if !items.isEmpty { try fields.encode(items, forKey: .value) }
            }
        }
    }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Key.self)
        for (attribute, value) in sorted {
            try fields.encode(
                Element(representation: attribute.representation, value: value),
                forKey: Key(stringValue: attribute.rawValue))
        }
    }

    var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Plain texts and numbers can always be encoded.
        return Array((try? encoder.encode(self)) ?? Data("{}".utf8))
    }

    var xml: [UInt8] {
        let head =
            #"<?xml version="1.0" encoding="UTF-8"?><NativeDicomModel xmlns="http://dicom.nema.org/PS3.19/models/NativeDICOM" xml:space="preserve">"#
        return Array((head + xmlAttributes + "</NativeDicomModel>\n").utf8)
    }

    private var xmlAttributes: String {
        sorted.map { attribute, value in
            let head =
                #"<DicomAttribute tag="\#(attribute.rawValue)" vr="\#(attribute.representation)" keyword="\#(attribute.keyword)">"#
            let body: String =
                switch value {
                case .text(let texts): Self.numbered("Value", texts.map(\.escapedForXML))
                case .numbers(let numbers): Self.numbered("Value", numbers.map(String.init))
                case .sequence(let items): Self.numbered("Item", items.map(\.xmlAttributes))
                }
            return head + body + "</DicomAttribute>"
        }.joined()
    }

    private static func numbered(_ name: String, _ bodies: [String]) -> String {
        bodies.enumerated().map { #"<\#(name) number="\#($0 + 1)">\#($1)</\#(name)>"# }.joined()
    }
}

extension String {
    var escapedForXML: String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "\r": text += "&#13;"
            // XML has no others, not even escaped.
            case _ where scalar.value < 0x20 && scalar != "\t" && scalar != "\n": break
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
