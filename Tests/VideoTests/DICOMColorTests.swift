import Cine
import DICOM
import Foundation
import TestSupport
import Testing
import Video

/// Colours of every photometric interpretation, against the definitions (PS3.3, C.7.6.3.1.2 and C.11).
struct DICOMColorTests {
    fileprivate static let (width, height) = (64, 48)

    /// Red, green, blue of a pixel: every level of each, and their extremes.
    private static func color(_ x: Int, _ y: Int, _ frame: Int) -> [UInt8] {
        [UInt8(x * 4), UInt8(y * 5 + frame), UInt8((x * 3 + y * 11) % 256)]
    }

    private static let frames: [[UInt8]] = (0..<2).map { frame in
        (0..<height).flatMap { y in (0..<width).flatMap { x in color(x, y, frame) } }
    }

    fileprivate static func object(_ photometric: String, samples: UInt16, planar: UInt16, _ pixels: [UInt8])
        -> DICOMObject
    {
        DICOMObject.cine(frames: 2).withoutRegions.with(.photometric, .text(photometric))
            .with(.samples, .short(samples)).with(.planar, samples == 3 ? .short(planar) : nil)
            .with(.pixelData, .raw("OB", pixels))
    }

    fileprivate func images(_ object: DICOMObject) throws -> [[UInt8]] {
        let directory = try TemporaryDirectory()
        let file = directory.url.appending(path: "object.dcm")
        try Data(object.bytes).write(to: file)
        return try (0..<2).map { try FrameReader.image(of: file, frame: $0, limits: VideoLimits()).pixels }
    }

    private static func byPlane(_ pixels: [UInt8]) -> [UInt8] {
        (0..<3).flatMap { component in stride(from: component, to: pixels.count, by: 3).map { pixels[$0] } }
    }

    /// Luma and chroma of the full range (ITU-T T.871, section 7), rounded.
    private static func ybr(_ rgb: [UInt8]) -> [UInt8] {
        let (r, g, b) = (Double(rgb[0]), Double(rgb[1]), Double(rgb[2]))
        let y = 0.299 * r + 0.587 * g + 0.114 * b
        return [y, 128 + (b - y) / 1.772, 128 + (r - y) / 1.402].map { UInt8(min(max($0.rounded(), 0), 255)) }
    }

    private static func rgb(_ ybr: [UInt8]) -> [UInt8] {
        let (y, cb, cr) = (Double(ybr[0]), Double(ybr[1]) - 128, Double(ybr[2]) - 128)
        return [y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb].map {
            UInt8(min(max($0.rounded(), 0), 255))
        }
    }

    private func expectWithin(_ limit: Int, _ found: [[UInt8]], _ expected: [[UInt8]]) {
        #expect(found.map(\.count) == expected.map(\.count))
        for (a, b) in zip(found, expected) {
            let worst = zip(a, b).map { abs(Int($0) - Int($1)) }.max() ?? 256
            #expect(worst <= limit)
        }
    }

    @Test(arguments: [0, 1] as [UInt16]) func colorsComeBackInBothOrders(_ planar: UInt16) throws {
        let stored = Self.frames.flatMap { planar == 1 ? Self.byPlane($0) : $0 }
        #expect(try images(Self.object("RGB", samples: 3, planar: planar, stored)) == Self.frames)
    }

    @Test(arguments: [0, 1] as [UInt16]) func lumaAndChromaBecomeColors(_ planar: UInt16) throws {
        let stored = Self.frames.map { frame in
            stride(from: 0, to: frame.count, by: 3).flatMap { Self.ybr(Array(frame[$0..<$0 + 3])) }
        }
        let expected = stored.map { frame in
            stride(from: 0, to: frame.count, by: 3).flatMap { Self.rgb(Array(frame[$0..<$0 + 3])) }
        }
        let pixels = stored.flatMap { planar == 1 ? Self.byPlane($0) : $0 }
        expectWithin(1, try images(Self.object("YBR_FULL", samples: 3, planar: planar, pixels)), expected)
    }

    @Test func twoPixelsShareTheirChroma() throws {
        // Y1 Y2 Cb Cr.
        let pairs: [[[UInt8]]] = (0..<2).map { frame in
            (0..<Self.height * Self.width / 2).map { pair -> [UInt8] in
                let levels = [pair % 200 + frame, pair % 180 + 20, 90 + pair % 70, 100 + pair % 60]
                return levels.map(UInt8.init)
            }
        }
        let expected = pairs.map { frame in
            frame.flatMap { Self.rgb([$0[0], $0[2], $0[3]]) + Self.rgb([$0[1], $0[2], $0[3]]) }
        }
        let object = Self.object("YBR_FULL_422", samples: 3, planar: 0, pairs.flatMap { $0.flatMap { $0 } })
        expectWithin(1, try images(object), expected)
    }

    @Test func theLeastValueOfMonochrome1IsWhite() throws {
        let grey = (0..<2 * Self.width * Self.height).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let (dark, light) = try (
            images(Self.object("MONOCHROME2", samples: 1, planar: 0, grey)),
            images(Self.object("MONOCHROME1", samples: 1, planar: 0, grey))
        )
        let area = Self.width * Self.height
        #expect(dark == [0, 1].map { frame in grey[frame * area..<(frame + 1) * area].flatMap { [$0, $0, $0] } })
        #expect(light == dark.map { $0.map { 255 - $0 } })
    }

    @Test(arguments: [8, 16] as [UInt16]) func paletteEntriesOfEitherSizeAreColors(_ bits: UInt16) throws {
        let area = Self.width * Self.height
        let indexes = (0..<2 * area).map { UInt8(truncatingIfNeeded: $0) }
        let tables: [[UInt8]] = [
            (0..<256).map { UInt8($0) }, (0..<256).map { UInt8(255 - $0) }, (0..<256).map { UInt8($0 * 5 % 256) },
        ]
        var object = Self.object("PALETTE COLOR", samples: 1, planar: 0, indexes)
        for (channel, table) in tables.enumerated() {
            let words =
                bits == 16
                ? table.map { UInt16($0) << 8 | 0x55 }
                : stride(from: 0, to: 256, by: 2).map { UInt16(table[$0]) | UInt16(table[$0 + 1]) << 8 }
            object = object.with(.init(0x0028, 0x1101 + UInt16(channel)), .words([256, 0, bits]))
                .with(.init(0x0028, 0x1201 + UInt16(channel)), .words(words))
        }
        let found = try images(object)
        #expect(found[0] == indexes[..<area].flatMap { index in tables.map { $0[Int(index)] } })
    }

    @Test func sixteenBitsAreShownThroughTheirWindow() throws {
        let area = Self.width * Self.height
        let values = (0..<2 * area).map { UInt16($0 % 4096) }
        let object = Self.object("MONOCHROME2", samples: 1, planar: 0, [])
            .with(.init(0x0028, 0x0100), .short(16)).with(.init(0x0028, 0x0101), .short(12))
            .with(.init(0x0028, 0x0102), .short(11)).with(.init(0x0028, 0x1050), .text("1000"))
            .with(.init(0x0028, 0x1051), .text("401")).with(.pixelData, .words(values))
        let expected = values[..<area].flatMap { value -> [UInt8] in
            let part = (Double(value) - 999.5) / 400 + 0.5
            let level = UInt8(min(max(part, 0), 1) * 255 + 0.5)
            return [level, level, level]
        }
        expectWithin(1, [try images(object)[0]], [expected])
        #expect(Set(try images(object)[0]).count > 200)
    }
}

extension DICOMColorTests {
    /// A line up from black, three levels by themselves, a line down.
    @Test func aPaletteMayComeInSegments() throws {
        let segments: [UInt16] = [0, 1, 0, 1, 100, 25600, 0, 3, 7 << 8, 9 << 8, 11 << 8, 1, 152, 0]
        var object = Self.object(
            "PALETTE COLOR", samples: 1, planar: 0,
            (0..<2 * Self.width * Self.height).map { UInt8(truncatingIfNeeded: $0) })
        for channel in 0..<3 as Range<UInt16> {
            object = object.with(.init(0x0028, 0x1101 + channel), .words([256, 0, 16]))
                .with(.init(0x0028, 0x1221 + channel), .words(segments))
        }
        let found = try images(object)[0]
        let levels = (0..<256).map { found[3 * $0] }
        #expect(levels[0] == 0 && levels[50] == 50 && levels[100] == 100)
        #expect(Array(levels[101...103]) == [7, 9, 11])
        #expect(levels[255] == 0 && levels[104] == 10)
    }
}
