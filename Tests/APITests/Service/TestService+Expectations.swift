import Foundation
import HTTPTypes
import Testing

enum PNGSignature {
    static let bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
}

extension TestService {
    /// The same address is answered 304 to who has it, and with the bytes to who has something else (RFC 9110, section 13.1.2).
    func expectValidators(
        _ path: String, _ headers: HTTPFields, at location: SourceLocation = #_sourceLocation
    ) async throws {
        let first = try await request(.get, path, headers: headers, body: [])
        #expect(first.status == 200, sourceLocation: location)
        let tag = try #require(first.header("ETag"), sourceLocation: location)
        for known in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
            var headers = headers
            headers[.ifNoneMatch] = known
            let answer = try await request(.get, path, headers: headers, body: [])
            #expect(answer.status == 304 && answer.body.isEmpty, "\(known)", sourceLocation: location)
            #expect(answer.header("ETag") == tag, "\(known)", sourceLocation: location)
        }
        var other = headers
        other[.ifNoneMatch] = "\"other\""
        let answer = try await request(.get, path, headers: other, body: [])
        #expect(answer.status == 200 && answer.body == first.body, sourceLocation: location)
    }
}
