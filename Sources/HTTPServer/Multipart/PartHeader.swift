import HTTPTypes

/// The header section of one part.
struct PartHeader {
    let name: String
    let filename: String?
    let contentType: String?

    /// - Parameter section: the field lines, each with its CR LF.
    init(_ section: UnsafeBufferPointer<UInt8>) throws(MultipartError) {
        var disposition: ParameterizedValue?
        var contentType: String?
        var rest = section[...]
        while let end = rest.firstIndex(of: Octet.carriageReturn) {
            guard end + 1 < rest.endIndex, rest[end + 1] == Octet.lineFeed else { throw .malformedHeader }
            guard let field = try? FieldLine(UnsafeBufferPointer(rebasing: rest[..<end])) else {
                throw .malformedHeader
            }
            rest = rest[(end + 2)...]
            switch field.name {
            case .contentDisposition where disposition == nil:
                guard let value = ParameterizedValue(field.value) else { throw .malformedHeader }
                disposition = value
            case .contentDisposition: throw .malformedHeader
            case .contentType: contentType = field.value
            default: break
            }
        }
        guard rest.isEmpty else { throw .malformedHeader }
        guard let disposition, disposition.value == "form-data", let name = disposition.parameters["name"] else {
            throw .missingName
        }
        self.name = name
        filename = disposition.parameters["filename"]
        self.contentType = contentType
    }
}
