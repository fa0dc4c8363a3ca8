/// What a file says before its data set (PS3.10, 7.1).
package struct FileMetaInformation: Hashable, Sendable {
    package var sopClass, instance, transferSyntax: String
    /// Of the software that wrote it.
    package var implementation, implementationVersion: String

    package init(
        sopClass: String, instance: String, transferSyntax: String, implementation: String,
        implementationVersion: String
    ) {
        self.sopClass = sopClass
        self.instance = instance
        self.transferSyntax = transferSyntax
        self.implementation = implementation
        self.implementationVersion = implementationVersion
    }
}

/// Explicit value representations, little-endian (PS3.5, A.2), which compressed pixel data comes in too (A.4).
extension DataSet {
    /// A file of PS3.10.
    package func file(_ meta: FileMetaInformation) -> [UInt8] {
        var head = DataSet()
        head[0x0002_0001] = .bytes([0, 1])
        head.put(0x0002_0002, .uid, meta.sopClass)
        head.put(0x0002_0003, .uid, meta.instance)
        head.put(0x0002_0010, .uid, meta.transferSyntax)
        head.put(0x0002_0012, .uid, meta.implementation)
        head.put(0x0002_0013, .short, meta.implementationVersion)
        let rest = head.encoded
        var length = DataSet()
        length[0x0002_0000] = .longs([UInt32(rest.count)])
        return [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + length.encoded + rest + encoded
    }

    /// The elements in the order of their tags.
    package var encoded: [UInt8] {
        var bytes: [UInt8] = []
        for (tag, value) in sorted { Self.append(tag, value, to: &bytes) }
        return bytes
    }

    private static func append(_ tag: Tag, _ value: Value, to bytes: inout [UInt8]) {
        append(tag: tag, to: &bytes)
        bytes += value.representation.utf8
        switch value {
        case .frames(let frames):
            bytes += [0, 0]
            append(UInt32.max, to: &bytes)
            append(frames, to: &bytes)
        case .items(let items):
            var body: [UInt8] = []
            for item in items {
                let content = item.encoded
                append(tag: itemTag, to: &body)
                append(UInt32(content.count), to: &body)
                body += content
            }
            append(long: body, to: &bytes)
        case .bytes(let content): append(long: content + (content.count % 2 == 0 ? [] : [0]), to: &bytes)
        case .text(.unlimited, let text): append(long: padded(text, with: 0x20), to: &bytes)
        case .text(let characters, let text):
            append(short: padded(text, with: characters == .uid ? 0 : 0x20), to: &bytes)
        case .shorts(let numbers): append(short: numbers.flatMap(littleEndian), to: &bytes)
        case .longs(let numbers): append(short: numbers.flatMap(littleEndian), to: &bytes)
        case .doubles(let numbers): append(short: numbers.flatMap { littleEndian($0.bitPattern) }, to: &bytes)
        case .tags(let tags):
            var body: [UInt8] = []
            for tag in tags { append(tag: tag, to: &body) }
            append(short: body, to: &bytes)
        }
    }

    private static let itemTag: Tag = 0xFFFE_E000
    private static let endTag: Tag = 0xFFFE_E0DD

    /// A basic offset table and a fragment for each frame (PS3.5, A.4).
    private static func append(_ frames: [[UInt8]], to bytes: inout [UInt8]) {
        append(tag: itemTag, to: &bytes)
        append(UInt32(4 * frames.count), to: &bytes)
        var offset: UInt32 = 0
        for frame in frames {
            append(offset, to: &bytes)
            offset += UInt32(frame.count + frame.count % 2) + 8
        }
        for frame in frames {
            append(tag: itemTag, to: &bytes)
            append(UInt32(frame.count + frame.count % 2), to: &bytes)
            bytes += frame
            if frame.count % 2 == 1 { bytes.append(0) }
        }
        append(tag: endTag, to: &bytes)
        append(UInt32(0), to: &bytes)
    }

    private static func append(short body: [UInt8], to bytes: inout [UInt8]) {
        // Texts are cut to what their attributes allow long before.
        precondition(body.count <= Int(UInt16.max), "a value with a short length is at most 65535 bytes long")
        append(UInt16(body.count), to: &bytes)
        bytes += body
    }

    private static func append(long body: [UInt8], to bytes: inout [UInt8]) {
        bytes += [0, 0]
        append(UInt32(body.count), to: &bytes)
        bytes += body
    }

    private static func append(tag: Tag, to bytes: inout [UInt8]) {
        append(UInt16(tag >> 16), to: &bytes)
        append(UInt16(truncatingIfNeeded: tag), to: &bytes)
    }

    private static func append<Number: FixedWidthInteger>(_ number: Number, to bytes: inout [UInt8]) {
        bytes += littleEndian(number)
    }

    private static func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian, Array.init)
    }

    private static func padded(_ text: String, with padding: UInt8) -> [UInt8] {
        let bytes = Array(text.utf8)
        return bytes.count % 2 == 0 ? bytes : bytes + [padding]
    }
}
