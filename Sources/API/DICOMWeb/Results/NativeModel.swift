import DICOM
import Foundation

/// An object of the DICOM JSON model (PS3.18, annex F) in the native model of XML (PS3.19, annex A).
struct NativeModel {
    private var text =
        #"<?xml version="1.0" encoding="UTF-8"?><NativeDicomModel xmlns="http://dicom.nema.org/PS3.19/models/NativeDICOM" xml:space="preserve">"#

    init(_ object: [String: Any]) {
        append(object)
        text += "</NativeDicomModel>\n"
    }

    var bytes: [UInt8] { Array(text.utf8) }

    private mutating func append(_ object: [String: Any]) {
        for (tag, attribute) in object.sorted(by: { $0.key < $1.key }) {
            guard let attribute = attribute as? [String: Any] else { continue }
            let representation = attribute["vr"] as? String ?? "UN"
            let keyword = UInt32(tag, radix: 16).flatMap(DICOMDictionary.keyword)
            text += #"<DicomAttribute tag="\#(tag)" vr="\#(representation)""#
            if let keyword { text += #" keyword="\#(keyword)""# }
            text += ">"
            if let address = attribute["BulkDataURI"] as? String {
                text += #"<BulkData uri="\#(address.escapedForXML)"/>"#
            } else if let base64 = attribute["InlineBinary"] as? String {
                text += "<InlineBinary>\(base64)</InlineBinary>"
            }
            for (index, value) in (attribute["Value"] as? [Any] ?? []).enumerated() {
                append(value, number: index + 1, isName: representation == "PN")
            }
            text += "</DicomAttribute>"
        }
    }

    /// An empty value has no element of its own: the numbers of the others tell where it is.
    private mutating func append(_ value: Any, number: Int, isName: Bool) {
        switch value {
        case let name as [String: String] where isName:
            text += #"<PersonName number="\#(number)">"#
            for group in ["Alphabetic", "Ideographic", "Phonetic"] {
                guard let whole = name[group] else { continue }
                text += "<\(group)>\(Self.components(whole))</\(group)>"
            }
            text += "</PersonName>"
        case let item as [String: Any]:
            text += #"<Item number="\#(number)">"#
            append(item)
            text += "</Item>"
        case let string as String: text += #"<Value number="\#(number)">\#(string.escapedForXML)</Value>"#
        case let value as NSNumber:
            // Whole ones as they are written elsewhere, without a fraction.
            let whole = Int(exactly: value.doubleValue).map(String.init)
            text += #"<Value number="\#(number)">\#(whole ?? value.stringValue)</Value>"#
        default: break
        }
    }

    /// The five components of a name (PS3.5, 6.2).
    private static func components(_ name: String) -> String {
        zip(
            ["FamilyName", "GivenName", "MiddleName", "NamePrefix", "NameSuffix"],
            name.split(separator: "^", omittingEmptySubsequences: false)
        )
        .filter { !$0.1.isEmpty }
        .map { "<\($0)>\(String($1).escapedForXML)</\($0)>" }.joined()
    }
}
