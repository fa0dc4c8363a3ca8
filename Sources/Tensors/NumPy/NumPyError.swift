/// Why a .npy file is refused.
package enum NumPyError: Error, Hashable, Sendable {
    /// The file does not begin with the format's six bytes.
    case notNumPy
    case unsupportedVersion(major: Int, minor: Int)
    /// The header breaks the format's rules; `offset` counts bytes from the start of the header's text.
    case malformedHeader(offset: Int, reason: String)
    case headerTooLarge(bytes: Int, limit: Int)
    /// An element type that is not read, as the file names it.
    case unsupportedType(String)
    case fortranOrder
    case tooLarge(bytes: Int, limit: Int)
    /// There are fewer or more bytes behind the header than the shape asks for.
    case wrongLength(expected: Int, found: Int)
    case unreadable(String)
}

extension NumPyError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notNumPy: "the file does not begin with \\x93NUMPY: write it with numpy.save"
        case .unsupportedVersion(let major, let minor):
            "the .npy format version is \(major).\(minor); 1.0, 2.0 and 3.0 are read"
        case .malformedHeader(let offset, let reason): "the .npy header is not valid at character \(offset): \(reason)"
        case .headerTooLarge(let bytes, let limit): "the .npy header has \(bytes) bytes, \(limit) are allowed"
        case .unsupportedType(let name):
            "the element type \(name) is not read: save the array as uint8, float16, float32 or float64, little-endian"
        case .fortranOrder:
            "the array is in Fortran order: save numpy.ascontiguousarray(array), which is in C order"
        case .tooLarge(let bytes, let limit): "the array has \(bytes) bytes, \(limit) are allowed"
        case .wrongLength(let expected, let found):
            "the array's shape and type ask for \(expected) bytes behind the header, there are \(found)"
        case .unreadable(let reason): "the file cannot be read: \(reason)"
        }
    }
}
