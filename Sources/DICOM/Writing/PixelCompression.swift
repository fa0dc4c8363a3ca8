import CDICOM

/// Pictures as JPEG baseline, which every viewer shows.
package enum PixelCompression {
    package static let transferSyntax = "1.2.840.10008.1.2.4.50"

    /// Luma and chroma, the chroma of two pixels in a row together: `YBR_FULL_422`. The same bytes for the same picture.
    /// - Parameters:
    ///   - pixels: red, green, blue, rows from the top without gaps.
    ///   - quality: 1…100, as the Independent JPEG Group counts it.
    /// - Throws: ``DICOMWritingError``.
    package static func jpeg(_ pixels: [UInt8], width: Int, height: Int, quality: Int) throws -> [UInt8] {
        guard width > 0, height > 0, width <= 65_535, height <= 65_535, pixels.count == 3 * width * height else {
            throw DICOMWritingError(reason: "a picture of \(width)×\(height) pixels cannot be compressed")
        }
        var (bytes, count): (UnsafeMutablePointer<UInt8>?, Int) = (nil, 0)
        let (status, reason) = pixels.withUnsafeBufferPointer { pixels in
            withMessage {
                cdcm_compress(
                    pixels.baseAddress, UInt32(width), UInt32(height), UInt32(min(max(quality, 1), 100)), &bytes,
                    &count, $0)
            }
        }
        guard status == CDCM_OK, let bytes else { throw DICOMWritingError(reason: reason) }
        defer { cdcm_free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }
}

/// Why an object cannot be made: a fault of this software, or of the memory that it has.
package struct DICOMWritingError: Error, Hashable, Sendable {
    package let reason: String
}
