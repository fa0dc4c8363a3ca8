/// The element types of .npy files that are read, little-endian. The raw values are the format's `descr` strings.
package enum NumPyElement: String, Hashable, Sendable, CaseIterable {
    case uint8 = "|u1"
    case float16 = "<f2"
    case float32 = "<f4"
    case float64 = "<f8"

    /// - Parameter descr: a byte has no byte order, so that every mark is taken for `u1`.
    init?(descr: String) {
        switch descr {
        case "|u1", "<u1", ">u1", "=u1", "u1": self = .uint8
        default: self.init(rawValue: descr)
        }
    }

    package var bytes: Int {
        switch self {
        case .uint8: 1
        case .float16: 2
        case .float32: 4
        case .float64: 8
        }
    }

    /// Casts stored elements to Float32: float64 is rounded to nearest, the others are exact; bytes stay 0…255.
    /// - Precondition: `raw` holds as many elements as `values`.
    func decode(_ raw: UnsafeRawBufferPointer, into values: UnsafeMutableBufferPointer<Float>) {
        precondition(raw.count == values.count * bytes, "as many elements as values")
        func cast<T: BitwiseCopyable>(_ type: T.Type, _ convert: (T) -> Float) {
            for index in values.indices {
                values[index] = convert(raw.loadUnaligned(fromByteOffset: index * MemoryLayout<T>.size, as: type))
            }
        }
        switch self {
        case .uint8: cast(UInt8.self) { Float($0) }
        case .float16: cast(UInt16.self) { HalfPrecision.float(fromBinary16: UInt16(littleEndian: $0)) }
        case .float32: cast(UInt32.self) { Float(bitPattern: UInt32(littleEndian: $0)) }
        case .float64: cast(UInt64.self) { Float(Double(bitPattern: UInt64(littleEndian: $0))) }
        }
    }
}
