/// A DICOM object that a test makes, byte by byte: explicit value representations, little-endian.
package struct DICOMObject: Sendable {
    /// What an element holds.
    package enum Value: Sendable {
        case text(String)
        case uid(String)
        case short(UInt16)
        case long(UInt32)
        case double(Double)
        case words([UInt16])
        /// Items of a sequence, each with its elements.
        case items([[(Tag, Value)]])
        /// With a value representation of two letters.
        case raw(String, [UInt8])
    }

    package struct Tag: Hashable, Comparable, Sendable {
        package let group, element: UInt16

        package init(_ group: UInt16, _ element: UInt16) {
            self.group = group
            self.element = element
        }

        package static func < (a: Tag, b: Tag) -> Bool { (a.group, a.element) < (b.group, b.element) }

        package static let rows = Tag(0x0028, 0x0010)
        package static let columns = Tag(0x0028, 0x0011)
        package static let numberOfFrames = Tag(0x0028, 0x0008)
        package static let photometric = Tag(0x0028, 0x0004)
        package static let samples = Tag(0x0028, 0x0002)
        package static let planar = Tag(0x0028, 0x0006)
        package static let regions = Tag(0x0018, 0x6011)
        package static let frameTime = Tag(0x0018, 0x1063)
        package static let sopClass = Tag(0x0008, 0x0016)
        package static let instance = Tag(0x0008, 0x0018)
        package static let study = Tag(0x0020, 0x000D)
        package static let modality = Tag(0x0008, 0x0060)
        package static let burnedIn = Tag(0x0028, 0x0301)
        package static let pixelData = Tag(0x7FE0, 0x0010)
    }

    package static let explicitLittleEndian = "1.2.840.10008.1.2.1"
    package static let jpegBaseline = "1.2.840.10008.1.2.4.50"
    package static let patientName = "Vogelsang^Annegret"

    private var transferSyntax = explicitLittleEndian
    private var elements: [Tag: Value] = [:]
    private var preamble = [UInt8](repeating: 0, count: 128)

    /// An ultrasound cine of 64x48 pixels: a bright square moves to the right within the region of tissue (8,8) to (55,39); above it, white
    /// pixels stand for a burnt-in name.
    package static func cine(frames: Int) -> DICOMObject {
        let (width, height) = (64, 48)
        var object = DICOMObject()
        for (tag, value) in [
            (.sopClass, .uid("1.2.840.10008.5.1.4.1.1.3.1")), (.instance, .uid("2.25.1001\(frames)")),
            (.modality, .text("US")), (Tag(0x0008, 0x1010), .text("ROOM 7")), (Tag(0x0008, 0x103E), .text("A4C")),
            (Tag(0x0010, 0x0010), .text(patientName)), (Tag(0x0010, 0x0020), .text("PID-4711-0815")),
            (.study, .uid("2.25.1")), (Tag(0x0020, 0x000E), .uid("2.25.2")), (.frameTime, .text("40")),
            (Tag(0x0018, 0x1088), .text("61")), (.samples, .short(1)), (.photometric, .text("MONOCHROME2")),
            (.numberOfFrames, .text("\(frames)")), (.rows, .short(UInt16(height))), (.columns, .short(UInt16(width))),
            (Tag(0x0028, 0x0100), .short(8)), (Tag(0x0028, 0x0101), .short(8)), (Tag(0x0028, 0x0102), .short(7)),
            (Tag(0x0028, 0x0103), .short(0)), (.regions, .items([region(format: 1, dataType: 1)])),
        ] as [(Tag, Value)] { object.elements[tag] = value }
        var pixels = [UInt8](repeating: 0, count: frames * width * height)
        for frame in 0..<frames {
            for x in 8..<56 {
                for y in 2..<6 { pixels[(frame * height + y) * width + x] = 255 }
                for y in 8..<40 { pixels[(frame * height + y) * width + x] = UInt8(40 + (x * 7 + y * 5) % 60) }
            }
            for y in 16..<28 {
                for x in 12..<24 { pixels[(frame * height + y) * width + x + frame % 24] = 200 }
            }
        }
        object.elements[.pixelData] = .raw("OB", pixels)
        return object
    }

    /// The elements of a region (8,8) to (55,39), with half a millimetre a pixel.
    package static func region(format: UInt16, dataType: UInt16) -> [(Tag, Value)] {
        [
            (Tag(0x0018, 0x6012), .short(format)), (Tag(0x0018, 0x6014), .short(dataType)),
            (Tag(0x0018, 0x6018), .long(8)), (Tag(0x0018, 0x601A), .long(8)), (Tag(0x0018, 0x601C), .long(55)),
            (Tag(0x0018, 0x601E), .long(39)), (Tag(0x0018, 0x6024), .short(3)), (Tag(0x0018, 0x6026), .short(3)),
            (Tag(0x0018, 0x602C), .double(0.05)), (Tag(0x0018, 0x602E), .double(0.05)),
        ]
    }

    package func with(_ tag: Tag, _ value: Value?) -> DICOMObject {
        var object = self
        object.elements[tag] = value
        return object
    }

    /// Without regions, and saying that no names are in its pictures.
    package var withoutRegions: DICOMObject { with(.regions, nil).with(.burnedIn, .text("NO")) }

    package func with(preamble text: String) -> DICOMObject {
        var object = self
        object.preamble.replaceSubrange(0..<text.utf8.count, with: text.utf8)
        return object
    }

    package var withoutPixels: DICOMObject { with(.pixelData, nil) }

    /// The same attributes with compressed pixel data and an empty offset table.
    package func encapsulated(_ transferSyntax: String, _ fragments: [[UInt8]]) -> DICOMObject {
        var object = self
        object.transferSyntax = transferSyntax
        func item(_ bytes: [UInt8]) -> [UInt8] {
            let padded = bytes.count % 2 == 0 ? bytes : bytes + [0]
            return [0xFE, 0xFF, 0x00, 0xE0] + Self.bytes(UInt32(padded.count)) + padded
        }
        let body = ([[]] + fragments).flatMap(item) + [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]
        object.elements[.pixelData] = .raw("", body)
        return object
    }

    package var bytes: [UInt8] {
        let meta: [(Tag, Value)] = [
            (Tag(2, 1), .raw("OB", [0, 1])), (Tag(2, 2), elements[.sopClass] ?? .uid("1")),
            (Tag(2, 3), elements[.instance] ?? .uid("1")), (Tag(2, 0x10), .uid(transferSyntax)),
            (Tag(2, 0x12), .uid("2.25.3")),
        ]
        let body = meta.flatMap { Self.encode($0.0, $0.1) }
        return preamble + Array("DICM".utf8) + Self.encode(Tag(2, 0), .long(UInt32(body.count))) + body
            + elements.sorted { $0.key < $1.key }.flatMap { Self.encode($0.key, $0.value) }
    }

    private static func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian, Array.init)
    }

    private static func encode(_ tag: Tag, _ value: Value) -> [UInt8] {
        let (representation, body): (String, [UInt8]) =
            switch value {
            case .text(let text):
                (textRepresentation(tag), Array(text.utf8) + (text.utf8.count % 2 == 0 ? [] : [0x20]))
            case .uid(let uid): ("UI", Array(uid.utf8) + (uid.utf8.count % 2 == 0 ? [] : [0]))
            case .short(let number): ("US", bytes(number))
            case .long(let number): ("UL", bytes(number))
            case .double(let number): ("FD", bytes(number.bitPattern))
            case .words(let words): (words.count == 3 ? "US" : "OW", words.flatMap(bytes))
            case .items(let items):
                (
                    "SQ",
                    items.flatMap { item in
                        let content = item.flatMap { encode($0.0, $0.1) }
                        return [0xFE, 0xFF, 0x00, 0xE0] + bytes(UInt32(content.count)) + content
                    }
                )
            case .raw(let name, let body): (name, body)
            }
        let head = bytes(tag.group) + bytes(tag.element)
        // Without a name: pixel data in fragments, of a length that is not stated.
        if representation.isEmpty { return head + Array("OB".utf8) + [0, 0, 0xFF, 0xFF, 0xFF, 0xFF] + body }
        let padded = body.count % 2 == 0 ? body : body + [0]
        if ["OB", "OW", "SQ", "UN", "UT"].contains(representation) {
            return head + Array(representation.utf8) + [0, 0] + bytes(UInt32(padded.count)) + padded
        }
        return head + Array(representation.utf8) + bytes(UInt16(padded.count)) + padded
    }

    private static func textRepresentation(_ tag: Tag) -> String {
        switch tag {
        case .numberOfFrames, Tag(0x0018, 0x1088): "IS"
        case .frameTime, Tag(0x0028, 0x1050), Tag(0x0028, 0x1051): "DS"
        case .modality, .photometric, .burnedIn: "CS"
        case Tag(0x0010, 0x0010): "PN"
        case Tag(0x0008, 0x1010): "SH"
        default: "LO"
        }
    }
}
