import CDICOM

/// The attributes of an open object, by their tags.
struct Attributes {
    let handle: OpaquePointer

    init(_ handle: OpaquePointer) { self.handle = handle }

    /// A data element's name: its group in the upper, its element in the lower 16 bits, as in 0x0018_6011.
    typealias Tag = UInt32

    /// Longer texts are cut: none of those that are read here is that long in an honest file.
    private static let longestText = 1 << 16

    /// Without padding; empty when absent. Bytes that are not ASCII are read as UTF-8.
    func text(_ tag: Tag) -> String {
        var bytes = [UInt8](repeating: 0, count: Self.longestText)
        let count = bytes.withUnsafeMutableBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) {
                cdcm_text(handle, UInt16(tag >> 16), UInt16(truncatingIfNeeded: tag), $0.baseAddress, $0.count)
            }
        }
        guard count > 0 else { return "" }
        var value = bytes.prefix(Int(clamping: count))
        while let last = value.last, last == 0 || last == 0x20 { value.removeLast() }
        while value.first == 0x20 { value.removeFirst() }
        return String(decoding: value, as: UTF8.self)
    }

    /// Nil unless it is digits and dots, at most 64 (PS3.5, 9.1).
    func uid(_ tag: Tag) -> String? {
        let text = text(tag)
        guard (1...64).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E })
        else { return nil }
        return text
    }

    func number(_ tag: Tag, at index: Int = 0) -> Double? {
        var value = 0.0
        let isThere = cdcm_number(
            handle, UInt16(tag >> 16), UInt16(truncatingIfNeeded: tag), UInt32(clamping: index), &value)
        return isThere && value.isFinite ? value : nil
    }

    func integer(_ tag: Tag) -> Int? { number(tag).flatMap { Int(exactly: $0.rounded()) } }

    /// All values of an attribute, at most `limit`.
    func numbers(_ tag: Tag, limit: Int) -> [Double] {
        var values: [Double] = []
        while values.count < limit, let value = number(tag, at: values.count) { values.append(value) }
        return values
    }

    /// The words of a lookup table.
    func words(_ tag: Tag) -> [UInt16] {
        var words = [UInt16](repeating: 0, count: 1 << 16)
        let count = words.withUnsafeMutableBufferPointer {
            cdcm_words(handle, UInt16(tag >> 16), UInt16(truncatingIfNeeded: tag), $0.baseAddress, $0.count)
        }
        return Array(words.prefix(count))
    }

    var regions: [UltrasoundRegion] {
        // An honest object has a few.
        (0..<min(cdcm_region_count(handle), 64)).compactMap(region)
    }

    private func region(_ index: UInt32) -> UltrasoundRegion? {
        func number(_ element: UInt16) -> Double? {
            var value = 0.0
            return cdcm_region_number(handle, index, 0x0018, element, &value) && value.isFinite ? value : nil
        }
        func integer(_ element: UInt16) -> Int? { number(element).flatMap { Int(exactly: $0.rounded()) } }
        guard let left = integer(0x6018), let top = integer(0x601A), let right = integer(0x601C),
            let bottom = integer(0x601E)
        else { return nil }
        return UltrasoundRegion(
            format: UltrasoundRegion.Format(rawValue: integer(0x6012) ?? 0) ?? .none, dataType: integer(0x6014) ?? 0,
            minX: left, minY: top, maxX: right, maxY: bottom, unitsX: integer(0x6024), unitsY: integer(0x6026),
            deltaX: number(0x602C), deltaY: number(0x602E))
    }
}

extension DICOMFacts {
    init(_ attributes: Attributes, pixels: StoredPixels?, problem: DICOMError?, showsWholeFrames: Bool) {
        study = attributes.uid(0x0020_000D)
        series = attributes.uid(0x0020_000E)
        instance = attributes.uid(0x0008_0018)
        sopClass = attributes.uid(0x0008_0016)
        transferSyntax = String(cString: cdcm_transfer_syntax(attributes.handle))
        modality = attributes.text(0x0008_0060)
        manufacturer = attributes.text(0x0008_0070)
        model = attributes.text(0x0008_1090)
        station = attributes.text(0x0008_1010)
        studyDescription = attributes.text(0x0008_1030)
        seriesDescription = attributes.text(0x0008_103E)
        image = pixels?.image
        pixelProblem = problem
        timing = DICOMTiming(
            increment: attributes.text(0x0028_0009), frameTime: attributes.number(0x0018_1063),
            vector: attributes.numbers(0x0018_1065, limit: (pixels?.image.frames ?? 0) + 1),
            cineRate: attributes.number(0x0018_0040), displayRate: attributes.number(0x0008_2144),
            frames: pixels?.image.frames ?? 0, heartRate: attributes.number(0x0018_1088),
            rWaveMilliseconds: attributes.numbers(0x0018_6060, limit: 1000))
        isOwnResult = ResultMark.isOn(attributes)
        let regions = attributes.regions
        self.regions = regions
        tissue = pixels.flatMap { regions.tissue(columns: $0.image.columns, rows: $0.image.rows)?.box }
        isSeenWhole = regions.isEmpty && (showsWholeFrames || attributes.text(0x0028_0301) == "NO")
    }
}
