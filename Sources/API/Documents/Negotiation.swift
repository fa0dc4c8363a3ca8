import HTTPServer
import HTTPTypes

/// The forms that something can be had in.
enum MediaType: String, Hashable, Sendable, CaseIterable {
    case json = "application/json"
    case npy = "application/x-npy"
    case npz = "application/x-npz"
    case png = "image/png"
    case gif = "image/gif"
    case mp4 = "video/mp4"

    /// The value of the parameter `format` and the ending of an address, for clients that cannot set `Accept`.
    var format: String {
        switch self {
        case .json: "json"
        case .npy: "npy"
        case .npz: "npz"
        case .png: "png"
        case .gif: "gif"
        case .mp4: "mp4"
        }
    }

    /// What a client wants most of what is offered: by `?format=`, by the address's ending, or by `Accept` (RFC 9110, section 12.5.1), there the first
    /// of equals.
    /// - Throws: ``ServiceError/notAcceptable(offered:)``, ``ServiceError/invalidParameter(name:reason:)``.
    static func negotiate(_ request: Request, offered: [MediaType]) throws -> MediaType {
        if let format = request.query.first("format") {
            guard let type = offered.first(where: { $0.format == format }) else {
                throw ServiceError.invalidParameter(
                    name: "format", reason: "expected one of \(offered.map(\.format).joined(separator: ", "))")
            }
            return type
        }
        if let format = request.parameters[AddressForm.parameter] {
            guard let type = offered.first(where: { $0.format == format }) else {
                throw ServiceError.notAcceptable(offered: offered.map(\.rawValue))
            }
            return type
        }
        let ranges = AcceptedRange.of(request)
        if ranges.isEmpty, let first = offered.first { return first }
        var best: (type: MediaType, quality: Double)?
        for type in offered {
            let quality = ranges.quality(of: type.rawValue)
            if quality > best?.quality ?? 0 { best = (type, quality) }
        }
        guard let best else { throw ServiceError.notAcceptable(offered: offered.map(\.rawValue)) }
        return best.type
    }

    /// Refuses a client that does not take the one form that an answer has, before anything is done for it.
    /// - Throws: ``ServiceError/notAcceptable(offered:)``.
    static func check(_ request: Request, offered: String) throws {
        let ranges = AcceptedRange.of(request)
        guard ranges.isEmpty || ranges.quality(of: offered) > 0 else {
            throw ServiceError.notAcceptable(offered: [offered])
        }
    }
}

/// One element of an `Accept` header field.
struct AcceptedRange {
    let type: Substring
    let subtype: Substring
    let quality: Double

    init?(_ text: Substring) {
        let pieces = text.split(separator: ";").map { $0.trimmed }
        let names = (pieces.first ?? "").split(separator: "/", omittingEmptySubsequences: false)
        guard names.count == 2 else { return nil }
        (type, subtype) = (names[0], names[1])
        let weight = pieces.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) }
        quality = min(max(weight ?? 1, 0), 1)
    }

    static func of(_ request: Request) -> [AcceptedRange] {
        request.head.headerFields[values: .accept].joined(separator: ",").split(separator: ",").compactMap(Self.init)
    }

    var precision: Int { (type == "*" ? 0 : 1) + (subtype == "*" ? 0 : 1) }

    func matches(_ name: String) -> Bool {
        let names = name.split(separator: "/")
        return (type == "*" || type == names[0]) && (subtype == "*" || subtype == names[1])
    }
}

extension [AcceptedRange] {
    /// 0…1; the most specific range decides about a type.
    func quality(of type: String) -> Double {
        filter { $0.matches(type) }.max { $0.precision < $1.precision }?.quality ?? 0
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = self
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
