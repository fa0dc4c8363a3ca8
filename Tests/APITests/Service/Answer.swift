import Foundation
import HTTPServer
import HTTPTypes
import TestSupport

/// A response with its whole body.
struct Answer: Sendable {
    let status: Int
    /// Names in lower case.
    let headers: [String: String]
    let body: [UInt8]

    func header(_ name: String) -> String? { headers[name.lowercased()] }

    /// Without parameters; nil when there is no content.
    var mediaType: String? { header("Content-Type").map { String($0.prefix { $0 != ";" }) } }

    var text: String { String(decoding: body, as: UTF8.self) }

    var json: JSON {
        get throws { try JSON(body) }
    }

    /// Of a problem.
    var code: String? { try? json["code"].string }
    var detail: String { (try? json["detail"].string) ?? "" }
}

extension Answer {
    init(_ response: RawResponse) {
        self.init(status: response.status, headers: response.headers, body: response.body)
    }

    /// Gathers what a connection would send.
    init(_ response: Response) async throws {
        let body: [UInt8]
        switch response.body {
        case .empty: body = []
        case .bytes(let bytes): body = bytes
        case .file(let url, let offset, let length):
            let file = try FileHandle(forReadingFrom: url)
            defer { try? file.close() }
            try file.seek(toOffset: UInt64(offset))
            body = Array(try file.read(upToCount: length) ?? Data())
        case .stream(let write):
            let pieces = Pieces()
            try await write(ResponseWriter { await pieces.append($0) })
            body = await pieces.bytes
        }
        self.init(
            status: response.status.code,
            headers: Dictionary(
                response.headers.map { ($0.name.canonicalName, $0.value) }, uniquingKeysWith: { "\($0), \($1)" }),
            body: body)
    }

    private actor Pieces {
        var bytes: [UInt8] = []
        func append(_ piece: [UInt8]) { bytes += piece }
    }
}
