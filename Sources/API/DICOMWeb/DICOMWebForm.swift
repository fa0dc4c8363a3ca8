import HTTPServer
import HTTPTypes

/// The forms in which DICOMweb's answers can be had.
enum DICOMWebForm: String, Hashable, Sendable, CaseIterable {
    case json = "application/dicom+json"
    case xml = "application/dicom+xml"

    /// What a client wants most; JSON to those that name no form (PS3.18, section 8.7.5), and to those that ask for plain JSON.
    /// - Throws: ``ServiceError/notAcceptable(offered:)``.
    init(_ request: Request) throws {
        let ranges = AcceptedRange.of(request)
        let json = max(ranges.quality(of: Self.json.rawValue), ranges.quality(of: MediaType.json.rawValue))
        let xml = ranges.quality(of: Self.xml.rawValue)
        guard ranges.isEmpty || json > 0 || xml > 0 else {
            throw ServiceError.notAcceptable(offered: Self.allCases.map(\.rawValue))
        }
        self = xml > json ? .xml : .json
    }
}

extension Request {
    /// Scheme and host of the service as the client sees it. A proxy says which scheme it serves.
    var base: String {
        let forwarded = HTTPField.Name("X-Forwarded-Proto").flatMap { head.headerFields[$0] }
        let host = head.authority ?? "localhost"
        return "\(forwarded?.lowercased() == "https" ? "https" : "http")://\(host)"
    }

    /// The body as it was before its Content-Encoding, which is none or gzip.
    /// - Throws: ``ServiceError/unsupportedMediaType(found:expected:)`` for others.
    func decodedBody(limit: Int) throws -> RequestBody {
        switch head.headerFields[.contentEncoding]?.lowercased() {
        case nil, "identity": return body.limited(to: limit)
        case "gzip", "x-gzip": return body.limited(to: limit).gunzipped.limited(to: limit)
        case let coding?:
            throw ServiceError.unsupportedMediaType(
                found: "with the coding \(coding)", expected: "the content as it is, or in gzip's coding")
        }
    }
}
