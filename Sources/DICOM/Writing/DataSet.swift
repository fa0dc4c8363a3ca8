/// A data set that is being made: attributes by their tags, in the value representations that this service writes (PS3.5, 6.2).
package struct DataSet: Hashable, Sendable {
    /// A data element's name: its group in the upper, its element in the lower 16 bits.
    package typealias Tag = UInt32

    /// Value representations whose values are characters.
    package enum Characters: String, Hashable, Sendable {
        case applicationEntity = "AE"
        case age = "AS"
        case code = "CS"
        case date = "DA"
        case decimal = "DS"
        case dateTime = "DT"
        case integer = "IS"
        case long = "LO"
        case longText = "LT"
        case person = "PN"
        case short = "SH"
        case shortText = "ST"
        case time = "TM"
        case unlimited = "UT"
        case uid = "UI"

        /// Whether a backslash parts values; in texts it is a character like others.
        var isMultiple: Bool { self != .longText && self != .shortText && self != .unlimited }
    }

    package enum Value: Hashable, Sendable {
        /// Several values are parted by backslashes. UTF-8.
        case text(Characters, String)
        case shorts([UInt16])
        case longs([UInt32])
        case doubles([Double])
        case tags([Tag])
        case items([DataSet])
        case bytes([UInt8])
        /// Encapsulated pixel data: each frame in a fragment of its own.
        case frames([[UInt8]])
    }

    package private(set) var elements: [Tag: Value] = [:]

    package init() {}

    package subscript(tag: Tag) -> Value? {
        get { elements[tag] }
        set { elements[tag] = newValue }
    }

    /// All of another data set, in place of what is here.
    package mutating func merge(_ other: DataSet) { elements.merge(other.elements) { _, new in new } }

    package mutating func put(_ tag: Tag, _ characters: Characters, _ text: String) {
        elements[tag] = .text(characters, text)
    }

    /// The characters of an attribute; nil when it is absent or of another kind.
    package func text(_ tag: Tag) -> String? {
        if case .text(_, let text)? = elements[tag] { text } else { nil }
    }

    /// Whether all texts are of the default repertoire (PS3.5, 6.1.2.1), those of items too.
    package var isASCII: Bool {
        elements.values.allSatisfy { value in
            switch value {
            case .text(_, let text): text.utf8.allSatisfy { $0 < 0x80 }
            case .items(let items): items.allSatisfy(\.isASCII)
            case .shorts, .longs, .doubles, .tags, .bytes, .frames: true
            }
        }
    }

    package var sorted: [(tag: Tag, value: Value)] {
        elements.sorted { $0.key < $1.key }.map { (tag: $0.key, value: $0.value) }
    }
}

extension DataSet.Value {
    /// The two letters (PS3.5, 6.2).
    package var representation: String {
        switch self {
        case .text(let characters, _): characters.rawValue
        case .shorts: "US"
        case .longs: "UL"
        case .doubles: "FD"
        case .tags: "AT"
        case .items: "SQ"
        case .bytes, .frames: "OB"
        }
    }
}
