import DICOM
import Foundation
import HTTPServer

/// A search for results (QIDO-RS, PS3.18, 10.6): what they must match, and which of them are told.
struct ResultSearch {
    /// Attributes that can be asked for, by keyword, and their tags.
    static let keys: [(keyword: String, tag: String)] = [
        ("StudyInstanceUID", "0020000D"), ("SeriesInstanceUID", "0020000E"), ("SOPInstanceUID", "00080018"),
        ("SOPClassUID", "00080016"), ("PatientID", "00100020"), ("PatientName", "00100010"),
        ("AccessionNumber", "00080050"), ("StudyDate", "00080020"), ("Modality", "00080060"),
    ]
    private static let identifiers: Set<String> = ["0020000D", "0020000E", "00080018", "00080016"]
    static let parameters = keys.map(\.keyword) + keys.map(\.tag) + ["limit", "offset", "includefield"]

    /// By tag.
    private var wanted: [String: String] = [:]
    let limit, offset: Int

    /// - Throws: ``ServiceError``.
    init(_ request: Request) throws {
        for (keyword, tag) in Self.keys {
            guard let value = request.query.first(keyword) ?? request.query.first(tag), !value.isEmpty else { continue }
            if Self.identifiers.contains(tag) { try Self.check(value, keyword) }
            wanted[tag] = value
        }
        limit = try request.integer("limit", in: 1...1000) ?? 1000
        offset = try request.integer("offset", in: 0...1_000_000) ?? 0
    }

    private static func identifiers(_ list: String) -> [String] {
        list.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "\\" || $0 == "," }).map(String.init)
    }

    /// - Throws: ``ServiceError/invalidParameter(name:reason:)`` for what is no list of unique identifiers.
    private static func check(_ list: String, _ name: String) throws {
        let isList = identifiers(list).allSatisfy { uid in
            (1...64).contains(uid.utf8.count) && uid.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
        }
        guard isList else {
            throw ServiceError.invalidParameter(
                name: name, reason: "expected unique identifiers of 1 to 64 digits and dots, with commas between")
        }
    }

    func matches(_ object: StoredObject) -> Bool {
        wanted.allSatisfy { tag, value in
            let found = object.texts(tag)
            // A list of identifiers matches each of them (PS3.4, C.2.2.2.2).
            if Self.identifiers.contains(tag) {
                let list = Self.identifiers(value)
                return found.contains { list.contains($0) }
            }
            if tag == "00080020", value.contains("-") {
                // A range of dates (PS3.4, C.2.2.2.5), either end of which may be left out.
                let ends = value.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                return found.contains { date in
                    (ends[0].isEmpty || date >= ends[0]) && (ends[1].isEmpty || date <= ends[1])
                }
            }
            let isName = tag == "00100010"
            return found.contains {
                Wildcard.matches(isName ? $0.lowercased() : $0, isName ? value.lowercased() : value)
            }
        }
    }

    func page<Element>(_ elements: [Element]) -> ArraySlice<Element> { elements.dropFirst(offset).prefix(limit) }
}

/// `*` and `?` (PS3.4, C.2.2.2.4).
enum Wildcard {
    static func matches(_ text: String, _ pattern: String) -> Bool {
        let (text, pattern) = (Array(text.unicodeScalars), Array(pattern.unicodeScalars))
        var (place, at, star, mark) = (0, 0, -1, 0)
        while place < text.count {
            if at < pattern.count, pattern[at] == "*" {
                (star, mark) = (at, place)
                at += 1
            } else if at < pattern.count, pattern[at] == "?" || pattern[at] == text[place] {
                place += 1
                at += 1
            } else if star >= 0 {
                // What the last star stands for becomes longer.
                mark += 1
                (place, at) = (mark, star + 1)
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == "*" }
    }
}
