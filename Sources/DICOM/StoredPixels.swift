import CDICOM

/// One frame of an object, as it is shown.
package struct DICOMFrame: Hashable, Sendable {
    package let width, height: Int
    /// 1 for grey, 3 for red, green, blue.
    package let channels: Int
    /// Rows from the top, channels together, without gaps. 0…255.
    package let pixels: [UInt8]
    /// The first component before colours were converted, one byte a pixel: luma of YCbCr, red of RGB; nil for grey, which is it.
    package let firstComponent: [UInt8]?

    package init(width: Int, height: Int, channels: Int, pixels: [UInt8], firstComponent: [UInt8]?) {
        self.width = width
        self.height = height
        self.channels = channels
        self.pixels = pixels
        self.firstComponent = firstComponent
    }

    /// A part of it.
    /// - Precondition: the box lies within the frame.
    package func cropped(to box: PixelBox) -> DICOMFrame {
        func rows(_ bytes: [UInt8], _ channels: Int) -> [UInt8] {
            (box.y..<box.y + box.height).flatMap { row -> ArraySlice<UInt8> in
                let start = (row * width + box.x) * channels
                return bytes[start..<start + box.width * channels]
            }
        }
        return DICOMFrame(
            width: box.width, height: box.height, channels: channels, pixels: rows(pixels, channels),
            firstComponent: firstComponent.map { rows($0, 1) })
    }
}

/// How an object's samples become what is shown (PS3.3, C.7.6.3).
struct StoredPixels {
    let image: DICOMImage
    private let layout: cdcm_layout
    private let photometric: Photometric
    private let palette: Palette?
    private let grey: GreyScale

    /// Photometric Interpretation (0028,0004).
    enum Photometric: String {
        case monochrome1 = "MONOCHROME1"
        case monochrome2 = "MONOCHROME2"
        case palette = "PALETTE COLOR"
        case rgb = "RGB"
        case ybrFull = "YBR_FULL"
        case ybrFull422 = "YBR_FULL_422"
        case ybrPartial422 = "YBR_PARTIAL_422"
        case ybrPartial420 = "YBR_PARTIAL_420"
        case ybrICT = "YBR_ICT"
        case ybrRCT = "YBR_RCT"
    }

    /// - Throws: ``DICOMError`` when there are no pixels that can be decoded.
    init(_ attributes: Attributes, limits: DICOMLimits) throws {
        var layout = cdcm_layout()
        let (status, reason) = withMessage {
            cdcm_prepare(attributes.handle, UInt64(clamping: limits.pixels), &layout, $0)
        }
        guard status == CDCM_OK else { throw DICOMError(status, reason) }
        guard layout.frames <= limits.frames else {
            throw DICOMError(.tooLarge, "it promises more frames than an object may have")
        }
        let name = attributes.text(0x0028_0004)
        guard let photometric = Photometric(rawValue: name) else {
            throw DICOMError(.unsupported, "its photometric interpretation is not known")
        }
        let isColor = layout.samples == 3
        switch photometric {
        case .monochrome1, .monochrome2, .palette:
            guard !isColor else { throw DICOMError(.malformed, "it has three samples a pixel and no colours") }
        case .ybrPartial422, .ybrPartial420:
            // Only within the bit stream of a video.
            guard layout.is_stream else {
                throw DICOMError(.unsupported, "its photometric interpretation is decoded in videos alone")
            }
        case .rgb, .ybrFull, .ybrFull422, .ybrICT, .ybrRCT:
            guard isColor else { throw DICOMError(.malformed, "it has colours and one sample a pixel") }
        }
        let allocated = Int(layout.bits_allocated)
        let stored = attributes.integer(0x0028_0101) ?? allocated
        guard (1...allocated).contains(stored) else {
            throw DICOMError(.malformed, "it stores more bits than it has room for")
        }
        self.layout = layout
        self.photometric = photometric
        palette = photometric == .palette ? try Palette(attributes) : nil
        grey = GreyScale(
            bitsStored: stored, highBit: attributes.integer(0x0028_0102) ?? stored - 1,
            isSigned: attributes.integer(0x0028_0103) == 1, slope: attributes.number(0x0028_1053) ?? 1,
            intercept: attributes.number(0x0028_1052) ?? 0, center: attributes.number(0x0028_1050),
            width: attributes.number(0x0028_1051), isInverted: photometric == .monochrome1)
        image = DICOMImage(
            rows: Int(layout.rows), columns: Int(layout.columns), frames: Int(layout.frames),
            samplesPerPixel: Int(layout.samples), photometricInterpretation: name, bitsStored: stored,
            isStream: layout.is_stream)
    }

    /// Enough for the samples of a frame.
    var bufferBytes: Int { image.rows * image.columns * image.samplesPerPixel * Int(layout.bits_allocated) / 8 + 2 }

    /// - Parameter samples: as the library left them.
    func frame(_ samples: [UInt8], as found: cdcm_frame_facts) throws -> DICOMFrame {
        let area = image.rows * image.columns
        func grey(_ bytes: [UInt8]) -> DICOMFrame {
            DICOMFrame(width: image.columns, height: image.rows, channels: 1, pixels: bytes, firstComponent: nil)
        }
        if image.samplesPerPixel == 1 {
            let stored = StoredSamples(samples, bytesPerSample: Int(found.bytes_per_sample), count: area)
            guard let palette else { return grey(self.grey.bytes(stored)) }
            let colors = palette.colors(stored.map { self.grey.raw($0) })
            return DICOMFrame(
                width: image.columns, height: image.rows, channels: 3, pixels: colors,
                firstComponent: (0..<area).map { colors[3 * $0] })
        }
        var components = interleaved(samples, as: found, area: area)
        let first = (0..<area).map { components[3 * $0] }
        if isLuma(found) { YCbCr.convert(&components) }
        return DICOMFrame(
            width: image.columns, height: image.rows, channels: 3, pixels: components, firstComponent: first)
    }

    /// Whether three components are luma and chroma. What a compressed frame says of itself is what its encoder did.
    private func isLuma(_ found: cdcm_frame_facts) -> Bool {
        switch found.color {
        case CDCM_RGB: return false
        case CDCM_YBR: return true
        default: break
        }
        return switch photometric {
        case .ybrFull, .ybrFull422: true
        // JPEG 2000's own transforms, which its decoder has undone.
        case .ybrICT, .ybrRCT: false
        case .rgb, .monochrome1, .monochrome2, .palette, .ybrPartial422, .ybrPartial420: false
        }
    }

    /// Three bytes a pixel.
    private func interleaved(_ samples: [UInt8], as found: cdcm_frame_facts, area: Int) -> [UInt8] {
        if !found.is_full {
            // Y1 Y2 Cb Cr: the chroma of two pixels lies at the first one (PS3.3, C.7.6.3.1.2).
            return [UInt8](unsafeUninitializedCapacity: 3 * area) { bytes, count in
                for pixel in 0..<area {
                    let pair = pixel / 2 * 4
                    bytes[3 * pixel] = samples[pair + pixel % 2]
                    bytes[3 * pixel + 1] = samples[pair + 2]
                    bytes[3 * pixel + 2] = samples[pair + 3]
                }
                count = 3 * area
            }
        }
        let stored = StoredSamples(samples, bytesPerSample: Int(found.bytes_per_sample), count: 3 * area)
        let shift = max(image.bitsStored - 8, 0)
        return [UInt8](unsafeUninitializedCapacity: 3 * area) { bytes, count in
            for pixel in 0..<area {
                for component in 0..<3 {
                    let index = found.is_interleaved ? 3 * pixel + component : component * area + pixel
                    bytes[3 * pixel + component] = UInt8(truncatingIfNeeded: stored[index] >> shift)
                }
            }
            count = 3 * area
        }
    }
}

/// Samples of one or two bytes as numbers.
struct StoredSamples: RandomAccessCollection {
    private let bytes: [UInt8]
    private let isWide: Bool
    private let count_: Int

    init(_ bytes: [UInt8], bytesPerSample: Int, count: Int) {
        self.bytes = bytes
        isWide = bytesPerSample == 2
        count_ = count
    }

    var startIndex: Int { 0 }
    var endIndex: Int { count_ }

    subscript(index: Int) -> UInt16 {
        isWide ? UInt16(bytes[2 * index]) | UInt16(bytes[2 * index + 1]) << 8 : UInt16(bytes[index])
    }
}
