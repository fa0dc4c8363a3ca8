import HTTPServer
import HTTPTypes

/// What a client of DICOMweb takes (PS3.18, 8.7): types with parameters that existing viewers quote, or don't.
struct DICOMWebAccept {
    private struct Range {
        let type: String
        var parameters: [String: String] = [:]
        var quality = 1.0

        init(_ text: Substring) {
            let pieces = text.split(separator: ";").map { $0.trimmingSpaces }
            type = (pieces.first ?? "").lowercased()
            for piece in pieces.dropFirst() {
                let pair = piece.split(separator: "=", maxSplits: 1).map { $0.trimmingSpaces }
                guard pair.count == 2 else { continue }
                let value = pair[1].filter { $0 != "\"" }
                if pair[0].lowercased() == "q" { quality = Double(value) ?? 1 }
                parameters[pair[0].lowercased()] = value
            }
        }

        func covers(_ name: String) -> Bool {
            type == "*/*" || type == name || (type.hasSuffix("/*") && name.hasPrefix(type.dropLast()))
        }
    }

    private let ranges: [Range]

    init(_ request: Request) {
        ranges = request.head.headerFields[values: .accept].joined(separator: ",").split(separator: ",")
            .map { Range($0.trimmingSpaces[...]) }
    }

    /// The first of what is offered that the client likes best; nil for none.
    func best(_ offered: [String]) -> String? {
        guard !ranges.isEmpty else { return offered.first }
        var best: (name: String, quality: Double)?
        for name in offered {
            let exact = ranges.filter { $0.type == name }
            let quality = (exact.isEmpty ? ranges.filter { $0.covers(name) } : exact).map(\.quality).max() ?? 0
            if quality > best?.quality ?? 0 { best = (name, quality) }
        }
        return best?.name
    }

    /// How documents are told: JSON to those that take it, XML to those that prefer it or take nothing else; nil for those that take neither.
    var form: DICOMWebForm? {
        guard !ranges.isEmpty else { return .json }
        let exact = ranges.filter { [DICOMWebForm.json.rawValue, "application/json"].contains($0.type) }
        let json =
            (exact.isEmpty ? ranges.filter { $0.covers(DICOMWebForm.json.rawValue) } : exact).map(\.quality).max() ?? 0
        let xml =
            ranges.filter { range in
                if range.type == DICOMWebForm.xml.rawValue { return true }
                let wanted = range.parameters["type"]?.lowercased()
                return range.type == "multipart/related" && (wanted == nil || wanted == DICOMWebForm.xml.rawValue)
            }.map(\.quality).max() ?? 0
        guard max(json, xml) > 0 else { return nil }
        return xml > json ? .xml : .json
    }

    /// Whether parts of a type are taken within `multipart/related`.
    /// - Parameter transferSyntax: of the parts; nil where they have none.
    func takesParts(_ type: String, transferSyntax: String?) -> Bool {
        guard !ranges.isEmpty else { return true }
        return ranges.contains { range in
            guard range.covers("multipart/related"), range.quality > 0 else { return false }
            let wanted = range.parameters["type"]?.lowercased()
            let syntax = range.parameters["transfer-syntax"]
            return (wanted == nil || wanted == type || wanted == "*/*")
                && (syntax == nil || syntax == "*" || transferSyntax == nil || syntax == transferSyntax)
        }
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String {
        var text = self
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }
}
