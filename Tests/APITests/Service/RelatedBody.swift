/// A `multipart/related` body of DICOM objects (PS3.18, section 8.6.1.2).
struct RelatedBody {
    let contentType: String
    let bytes: [UInt8]

    init(_ objects: [[UInt8]], boundary: String = "a-boundary", type: String = "application/dicom") {
        contentType = "multipart/related; type=\"\(type)\"; boundary=\(boundary)"
        bytes =
            objects.flatMap { object in
                Array("--\(boundary)\r\nContent-Type: application/dicom\r\n\r\n".utf8) + object + Array("\r\n".utf8)
            } + Array("--\(boundary)--".utf8)
    }
}
