import CPicture
package import Cine

/// Why an image is not written or read.
package enum PNGError: Error, Hashable, Sendable {
    /// A keyword is 1 to 79 printable ASCII characters, without spaces at its ends or two in a row.
    case invalidKeyword(String)
    /// Text cannot hold the zero character.
    case invalidText(keyword: String)
    case failed(reason: String)
}

extension PNGError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidKeyword(let keyword): "\(keyword) cannot be the keyword of a text in a PNG file"
        case .invalidText(let keyword): "the text of \(keyword) has a zero character"
        case .failed(let reason): "the PNG image cannot be written or read: \(reason)"
        }
    }
}

/// Images as PNG files, with texts that tell where they come from (PNG specification, third edition, 11.3.3).
package enum PNG {
    /// The largest side that ``decode(_:)`` reads.
    private static let maximumSide: UInt32 = 1 << 15

    /// Eight bits a channel; one channel when every pixel is grey.
    /// - Parameter text: becomes tEXt chunks, or iTXt where it is not ASCII, before the pixels.
    /// - Throws: ``PNGError``.
    package static func encode(_ image: RGBImage, text: [(keyword: String, text: String)]) throws -> [UInt8] {
        for (keyword, text) in text {
            guard isKeyword(keyword) else { throw PNGError.invalidKeyword(keyword) }
            guard !text.utf8.contains(0) else { throw PNGError.invalidText(keyword: keyword) }
        }
        let grey = greyPixels(of: image)
        let (pixels, channels) = grey.map { ($0, 1) } ?? (image.pixels, 3)

        // The strings of all chunks in one buffer, which the pointers of the chunks point into.
        var strings: [CChar] = []
        var offsets: [(keyword: Int, text: Int, isInternational: Bool)] = []
        for (keyword, text) in text {
            let isASCII = text.utf8.allSatisfy { $0 < 0x80 }
            let start = strings.count
            strings += keyword.utf8CString
            offsets.append((keyword: start, text: strings.count, isInternational: !isASCII))
            strings += text.utf8CString
        }
        var (bytes, size): (UnsafeMutablePointer<UInt8>?, Int) = (nil, 0)
        var reason = [CChar](repeating: 0, count: 128)
        let status = strings.withUnsafeBufferPointer { strings in
            let chunks = offsets.map { offset in
                cinegrad_png_text(
                    keyword: strings.baseAddress.map { $0 + offset.keyword },
                    text: strings.baseAddress.map { $0 + offset.text },
                    is_international: offset.isInternational ? 1 : 0)
            }
            return cinegrad_png_encode(
                pixels, UInt32(image.width), UInt32(image.height), Int32(channels), chunks, Int32(chunks.count), &bytes,
                &size, &reason)
        }
        guard status == 0, let bytes else { throw PNGError.failed(reason: string(reason)) }
        defer { cinegrad_png_free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: size))
    }

    /// One byte a pixel; nil when the image has a colour.
    private static func greyPixels(of image: RGBImage) -> [UInt8]? {
        var grey: [UInt8] = []
        for start in stride(from: 0, to: image.pixels.count, by: 3) {
            let red = image.pixels[start]
            guard red == image.pixels[start + 1], red == image.pixels[start + 2] else { return nil }
            grey.append(red)
        }
        return grey
    }

    private static func isKeyword(_ keyword: String) -> Bool {
        (1...79).contains(keyword.utf8.count) && keyword.utf8.allSatisfy { (0x20...0x7E).contains($0) }
            && !keyword.hasPrefix(" ") && !keyword.hasSuffix(" ") && !keyword.contains("  ")
    }

    /// Reads any PNG file as RGB; transparency is dropped.
    /// - Throws: ``PNGError/failed(reason:)``.
    package static func decode(_ bytes: [UInt8]) throws -> (
        image: RGBImage, text: [(keyword: String, text: String)]
    ) {
        var (pixels, width, height): (UnsafeMutablePointer<UInt8>?, UInt32, UInt32) = (nil, 0, 0)
        var reason = [CChar](repeating: 0, count: 128)
        var texts: [(keyword: String, text: String)] = []
        let status = withUnsafeMutablePointer(to: &texts) { texts in
            cinegrad_png_decode(
                bytes, bytes.count, maximumSide, &pixels, &width, &height,
                { context, keyword, text in
                    guard let context, let keyword, let text else { return }
                    context.assumingMemoryBound(to: [(keyword: String, text: String)].self).pointee
                        .append((String(cString: keyword), String(cString: text)))
                }, texts, &reason)
        }
        guard status == 0, let pixels else { throw PNGError.failed(reason: string(reason)) }
        defer { cinegrad_png_free(pixels) }
        let count = 3 * Int(width) * Int(height)
        let image = RGBImage(
            width: Int(width), height: Int(height), pixels: Array(UnsafeBufferPointer(start: pixels, count: count)))
        return (image, texts)
    }

    private static func string(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
