import HTTPTypes

/// The header section of one part.
struct PartHeader {
    /// Empty for parts that need none.
    let name: String
    let filename: String?
    let contentType: String?

    /// - Parameters:
    ///   - section: the field lines, each with its CR LF.
    ///   - isNamed: whether it must have a name.
    init(_ section: UnsafeBufferPointer<UInt8>, isNamed: Bool) throws(MultipartError) {
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
            // Parts of other kinds than forms may have one that says anything.
            case .contentDisposition where !isNamed: break
            case .contentDisposition where disposition == nil:
                guard let value = ParameterizedValue(field.value) else { throw .malformedHeader }
                disposition = value
            case .contentDisposition: throw .malformedHeader
            case .contentType: contentType = field.value
            default: break
            }
        }
        guard rest.isEmpty else { throw .malformedHeader }
        guard isNamed else {
            (name, filename, self.contentType) = ("", nil, contentType)
            return
        }
        guard let disposition, disposition.value == "form-data", let name = disposition.parameters["name"] else {
            throw .missingName
        }
        self.name = name
        filename = disposition.parameters["filename"]
        self.contentType = contentType
    }
}
