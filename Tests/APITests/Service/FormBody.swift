/// A `multipart/form-data` body (RFC 7578).
struct FormBody {
    struct Part {
        let name: String
        let filename: String?
        let bytes: [UInt8]

        static func text(_ name: String, _ text: String) -> Part {
            Part(name: name, filename: nil, bytes: Array(text.utf8))
        }

        static func json(_ name: String, _ value: JSON) throws -> Part {
            Part(name: name, filename: nil, bytes: try value.bytes)
        }

        static func file(_ name: String, _ bytes: [UInt8]) -> Part { Part(name: name, filename: "file", bytes: bytes) }
    }

    static let boundary = "----a-boundary-of-the-tests"
    static let contentType = "multipart/form-data; boundary=\(boundary)"

    let bytes: [UInt8]

    init(_ parts: [Part]) {
        var bytes: [UInt8] = []
        for part in parts {
            let filename = part.filename.map { "; filename=\"\($0)\"" } ?? ""
            bytes +=
                "--\(Self.boundary)\r\nContent-Disposition: form-data; name=\"\(part.name)\"\(filename)\r\n\r\n".utf8
            bytes += part.bytes
            bytes += "\r\n".utf8
        }
        self.bytes = bytes + "--\(Self.boundary)--\r\n".utf8
    }
}
