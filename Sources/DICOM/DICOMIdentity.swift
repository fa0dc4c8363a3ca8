import CDICOM
import Foundation

/// Whose an object is and where it belongs: what results about it repeat. Names a patient, so it goes into results for the archive that the object came
/// from, and nowhere else.
package struct DICOMIdentity: Hashable, Sendable, Codable {
    package struct Attribute: Hashable, Sendable, Codable {
        package let tag: UInt32
        /// Two letters.
        package let representation: String
        /// UTF-8.
        package let text: String
    }

    /// Of the modules Patient, Patient Study and General Study (PS3.3, C.7.1.1 to C.7.2.2), those that the object has.
    package let attributes: [Attribute]
    /// Body Part Examined (0018,0015); `HEART` also where an ultrasound object says of its examination that it looked at nothing else. Nil when the
    /// object doesn't say.
    package let bodyPart: String?
    /// Laterality (0020,0060); nil when the object doesn't say.
    package let laterality: String?
    /// Burned In Annotation (0028,0301) as the object states it; nil when it doesn't.
    package let burnedInAnnotation: Bool?
    /// Whose instance it is, for references.
    package let study, series, instance, sopClass: String

    /// What is repeated, and whether results have it, empty, where the object has none (type 2).
    private static let repeated: [(tag: UInt32, characters: DataSet.Characters, isRequired: Bool)] = [
        (0x0008_0020, .date, true), (0x0008_0030, .time, true), (0x0008_0050, .short, true),
        (0x0008_0090, .person, true), (0x0008_1030, .long, false), (0x0010_0010, .person, true),
        (0x0010_0020, .long, true), (0x0010_0021, .long, false), (0x0010_0030, .date, true),
        (0x0010_0032, .time, false), (0x0010_0040, .code, true), (0x0010_1010, .age, false),
        (0x0010_1020, .decimal, false), (0x0010_1030, .decimal, false), (0x0020_000D, .uid, true),
        (0x0020_0010, .short, true),
    ]

    /// Nil when the object does not say which study, series and instance it is.
    init?(_ attributes: Attributes) {
        guard let study = attributes.uid(0x0020_000D), let series = attributes.uid(0x0020_000E),
            let instance = attributes.uid(0x0008_0018), let sopClass = attributes.uid(0x0008_0016)
        else { return nil }
        (self.study, self.series, self.instance, self.sopClass) = (study, series, instance, sopClass)
        let isUnicode = cdcm_use_utf8(attributes.handle)
        self.attributes = Self.repeated.compactMap { tag, characters, _ in
            let text = attributes.text(tag)
            guard !text.isEmpty else { return nil }
            // Of a character set that is not known only what every set has.
            let known = isUnicode ? text : String(text.unicodeScalars.map { $0.isASCII ? Character($0) : "?" })
            return Attribute(
                tag: tag, representation: characters.rawValue, text: String(known.prefix(characters.limit)))
        }
        func code(_ tag: UInt32) -> String? {
            let text = attributes.text(tag)
            return text.isEmpty ? nil : String(text.unicodeScalars.prefix(16))
        }
        bodyPart = code(0x0018_0015) ?? (Self.isOfHeart(attributes) ? "HEART" : nil)
        laterality = code(0x0020_0060)
        burnedInAnnotation =
            switch attributes.text(0x0028_0301) {
            case "NO": false
            case "YES": true
            default: nil
            }
    }

    /// The third value of an ultrasound object's Image Type (0008,0008) names the examination (PS3.3, C.8.5.6.1.1).
    private static func isOfHeart(_ attributes: Attributes) -> Bool {
        let values = attributes.text(0x0008_0008).split(separator: "\\", omittingEmptySubsequences: false)
        guard attributes.text(0x0008_0060) == "US", values.count > 2 else { return false }
        return ["EPICARDIAL", "INTRACARDIAC", "TEE", "TTE"].contains(values[2].trimmingCharacters(in: .whitespaces))
    }

    /// The attributes as results have them.
    package var dataSet: DataSet {
        var set = DataSet()
        for (tag, characters, isRequired) in Self.repeated where isRequired { set.put(tag, characters, "") }
        for attribute in attributes {
            guard let characters = DataSet.Characters(rawValue: attribute.representation) else { continue }
            set.put(attribute.tag, characters, attribute.text)
        }
        return set
    }
}

extension DataSet.Characters {
    /// Characters that a value may have (PS3.5, 6.2), of texts that are repeated.
    fileprivate var limit: Int {
        switch self {
        case .age: 4
        case .applicationEntity, .code, .decimal, .short: 16
        case .integer: 12
        case .date: 8
        case .time: 14
        case .dateTime: 26
        case .long, .uid: 64
        // Three groups of 64.
        case .person: 194
        case .shortText: 1024
        case .longText, .unlimited: 10_240
        }
    }
}

/// What results about an object are made from, besides its pixels.
package struct DICOMHeader: Hashable, Sendable, Codable {
    package let facts: DICOMFacts
    /// Nil when the object does not say which study, series and instance it is.
    package let identity: DICOMIdentity?
}

extension DICOMFile {
    package var header: DICOMHeader { DICOMHeader(facts: facts, identity: identity) }
}
