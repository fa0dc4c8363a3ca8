/// The head of a .npy file: what the array's elements are, its shape, and where its bytes begin.
///
/// The format is described in NumPy's documentation, numpy.lib.format: six magic bytes, a version, the header's length
/// (two bytes in version 1, four in 2 and 3), and a Python dictionary of three keys.
package struct NumPyHeader: Hashable, Sendable {
    /// Headers of plain arrays have some hundred bytes.
    package static let maximumBytes = 1 << 16
    /// The number of axes that NumPy itself allows.
    static let maximumRank = 64
    static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]
    /// Magic, version, and the longer of the two length fields.
    static let prefixBytes = 12

    package let element: NumPyElement
    package let shape: Shape
    /// Bytes from the start of the file to the first element.
    package let dataOffset: Int

    /// The bytes behind the header.
    package var dataBytes: Int { shape.count * element.bytes }

    /// Where the header ends, from the first ``prefixBytes`` bytes of a file (fewer when the file is shorter).
    static func extent(prefix: some Collection<UInt8>) throws -> (start: Int, end: Int) {
        let prefix = Array(prefix)
        guard prefix.starts(with: magic) else { throw NumPyError.notNumPy }
        guard prefix.count >= 10 else { throw NumPyError.malformedHeader(offset: 0, reason: "the file ends in it") }
        let (major, minor) = (Int(prefix[6]), Int(prefix[7]))
        guard (1...3).contains(major), minor == 0 else {
            throw NumPyError.unsupportedVersion(major: major, minor: minor)
        }
        let lengthBytes = major == 1 ? 2 : 4
        guard prefix.count >= 8 + lengthBytes else {
            throw NumPyError.malformedHeader(offset: 0, reason: "the file ends in it")
        }
        let length = (0..<lengthBytes).reduce(0) { $0 | Int(prefix[8 + $1]) << (8 * $1) }
        guard length <= maximumBytes else { throw NumPyError.headerTooLarge(bytes: length, limit: maximumBytes) }
        return (8 + lengthBytes, 8 + lengthBytes + length)
    }

    /// - Parameters:
    ///   - text: the dictionary, without magic, version and length.
    ///   - dataOffset: where the header ends in the file.
    init(text: some Collection<UInt8>, dataOffset: Int) throws {
        var scanner = PythonLiteralScanner(Array(text))
        let fields = try scanner.headerDictionary()
        guard let element = NumPyElement(descr: fields.descr) else { throw NumPyError.unsupportedType(fields.descr) }
        // The order of a vector is the same either way, and NumPy writes True for some of them.
        guard !fields.fortranOrder || fields.extents.count(where: { $0 > 1 }) <= 1 else {
            throw NumPyError.fortranOrder
        }
        guard let shape = try? Shape(validating: fields.extents), shape.count <= Int.max / 16 else {
            throw NumPyError.malformedHeader(offset: 0, reason: "the shape \(fields.extents) is too large")
        }
        self.element = element
        self.shape = shape
        self.dataOffset = dataOffset
    }
}
