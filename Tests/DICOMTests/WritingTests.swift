import DICOM
import Foundation
import TestSupport
import Testing

/// Data sets that are written, against DCMTK's dump and the rules of the parts of the standard.
struct WritingTests {
    private func dump(_ file: [UInt8]) throws -> String {
        let directory = try TemporaryDirectory()
        let url = directory.url.appending(path: "object.dcm")
        try Data(file).write(to: url)
        let (status, output) = try ForeignProgram.run(["dcmdump", "+L", url.path])
        #expect(status == 0, "\(output)")
        return output
    }

    private static let meta = FileMetaInformation(
        sopClass: "1.2.840.10008.5.1.4.1.1.7.4", instance: "2.25.7", transferSyntax: "1.2.840.10008.1.2.4.50",
        implementation: ResultMark.implementation, implementationVersion: "CINEGRAD_1")

    @Test func everyKindOfValueIsRead() throws {
        var set = DataSet()
        set.put(0x0008_0005, .code, "ISO_IR 192")
        set.put(0x0010_0010, .person, "Müller^Änne")
        set.put(0x0008_0008, .code, "DERIVED\\SECONDARY")
        set.put(0x0040_A160, .unlimited, "odd")
        set[0x0028_0009] = .tags([0x0018_1063])
        set[0x0028_0010] = .shorts([480])
        set[0x0028_0011] = .shorts([640, 1])
        set[0x0018_6018] = .longs([84])
        set[0x0018_602C] = .doubles([0.25])
        var item = DataSet()
        item.put(0x0008_1155, .uid, "1.2.3")
        set[0x0008_2112] = .items([item, DataSet()])
        set[0x7FE0_0010] = .frames([[0xFF, 0xD8, 0xFF], [0xFF, 0xD8, 0xFF, 0xD9]])
        let text = try dump(set.file(Self.meta))
        for expected in [
            "PN [Müller^Änne]", "CS [DERIVED\\SECONDARY]", "UT [odd]", "AT (0018,1063)", "US 480", "US 640\\1", "UL 84",
            "FD 0.25", "UI [1.2.3]", "PixelSequence #=3", "pi ff\\d8\\ff\\00", "pi ff\\d8\\ff\\d9",
            // Offsets of the two frames.
            "pi 00\\00\\00\\00\\0c\\00\\00\\00",
        ] { #expect(text.contains(expected), "\(expected) is not in \(text)") }
    }

    @Test func namedIdentifiersAreStableAndApart() {
        let uid = DICOMUID.named("a", "b")
        // By Python's hashlib from "1:a1:b".
        #expect(uid == "2.25.333375932222145012773997809258604277625")
        #expect(DICOMUID.named("a", "b") == uid)
        #expect(DICOMUID.named("ab", "") != DICOMUID.named("a", "b"))
        #expect(DICOMUID.named("a", "c") != uid)
        #expect(uid.utf8.count <= 64)
    }

    @Test func jsonIsOfTheModel() throws {
        var set = DataSet()
        set.put(0x0010_0010, .person, "A^B=漢^字")
        set.put(0x0008_0050, .short, "")
        set.put(0x0028_0008, .integer, "12")
        set.put(0x0018_1063, .decimal, "33.3\\7")
        set.put(0x0008_2111, .shortText, "a \\ \"b\"\u{1}")
        set[0x0028_0009] = .tags([0x0018_1063])
        set[0x0008_1111] = .items([])
        set[0x7FE0_0010] = .frames([[1]])
        let object = try #require(try JSONSerialization.jsonObject(with: Data(set.json.utf8)) as? NSDictionary)
        let expected: NSDictionary = [
            "00100010": ["vr": "PN", "Value": [["Alphabetic": "A^B", "Ideographic": "漢^字"]]],
            "00080050": ["vr": "SH"], "00280008": ["vr": "IS", "Value": [12]],
            "00181063": ["vr": "DS", "Value": [33.3, 7]],
            "00082111": ["vr": "ST", "Value": ["a \\ \"b\"\u{1}"]],
            "00280009": ["vr": "AT", "Value": ["00181063"]], "00081111": ["vr": "SQ"],
        ]
        #expect(object == expected)
    }

    @Test func compressedPicturesComeBack() throws {
        let (width, height) = (32, 24)
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                pixels.append(UInt8(x * 7))
                pixels.append(UInt8(y * 9))
                pixels.append(UInt8(128 + (x + y) % 40))
            }
        }
        let frame = try PixelCompression.jpeg(pixels, width: width, height: height, quality: 95)
        #expect(try PixelCompression.jpeg(pixels, width: width, height: height, quality: 95) == frame)
        var set = DataSet()
        set.put(0x0008_0016, .uid, Self.meta.sopClass)
        set.put(0x0008_0018, .uid, Self.meta.instance)
        set.put(0x0028_0004, .code, "YBR_FULL_422")
        set.put(0x0028_0008, .integer, "1")
        for (tag, number) in [
            (0x0028_0002, 3), (0x0028_0006, 0), (0x0028_0010, UInt16(height)), (0x0028_0011, UInt16(width)),
            (0x0028_0100, 8), (0x0028_0101, 8), (0x0028_0102, 7), (0x0028_0103, 0),
        ] as [(DataSet.Tag, UInt16)] { set[tag] = .shorts([number]) }
        set[0x7FE0_0010] = .frames([frame])
        let directory = try TemporaryDirectory()
        let url = directory.url.appending(path: "picture.dcm")
        try Data(set.file(Self.meta)).write(to: url)
        let limits = DICOMLimits(pixels: 1 << 20, frames: 10, bytes: 1 << 20, showsWholeFrames: true)
        let found = try DICOMFile(url, limits: limits).frame(0)
        #expect(found.width == width && found.height == height && found.channels == 3)
        let worst = zip(found.pixels, pixels).map { abs(Int($0) - Int($1)) }.max() ?? 256
        // Chroma of two pixels is one.
        #expect(worst < 32)
        #expect(throws: DICOMWritingError.self) {
            try PixelCompression.jpeg(pixels, width: width, height: height + 1, quality: 95)
        }
    }
}
