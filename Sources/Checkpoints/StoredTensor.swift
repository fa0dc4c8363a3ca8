import Foundation
package import Tensors

/// The element types that a file may store.
package enum StoredElement: String, Hashable, Sendable, CaseIterable {
    case float64 = "F64"
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int64 = "I64"
    case int32 = "I32"
    case int16 = "I16"
    case int8 = "I8"
    case uint64 = "U64"
    case uint32 = "U32"
    case uint16 = "U16"
    case uint8 = "U8"
    case bool = "BOOL"

    package var bytes: Int {
        switch self {
        case .float64, .int64, .uint64: 8
        case .float32, .int32, .uint32: 4
        case .float16, .bfloat16, .int16, .uint16: 2
        case .int8, .uint8, .bool: 1
        }
    }
}

/// One named array of a checkpoint, little-endian, row-major, not yet decoded.
package struct StoredTensor: Sendable {
    package let name: String
    package let element: StoredElement
    package let shape: Shape
    /// Exactly `shape.count * element.bytes` bytes.
    private let bytes: Data

    init(name: String, element: StoredElement, shape: Shape, bytes: Data) {
        self.name = name
        self.element = element
        self.shape = shape
        self.bytes = bytes
    }

    /// The values as Float32; wider types are rounded to nearest.
    package func tensor() -> Tensor {
        Tensor(uninitialized: shape) { values in
            bytes.withUnsafeBytes { raw in
                func read<T: BitwiseCopyable>(_ type: T.Type, _ convert: (T) -> Float) {
                    for index in values.indices {
                        values[index] = convert(
                            raw.loadUnaligned(fromByteOffset: index * MemoryLayout<T>.size, as: T.self))
                    }
                }
                switch element {
                case .float32: read(UInt32.self) { Float(bitPattern: UInt32(littleEndian: $0)) }
                case .float64: read(UInt64.self) { Float(Double(bitPattern: UInt64(littleEndian: $0))) }
                case .float16: read(UInt16.self) { HalfPrecision.float(fromBinary16: UInt16(littleEndian: $0)) }
                case .bfloat16: read(UInt16.self) { Float(bitPattern: UInt32(UInt16(littleEndian: $0)) << 16) }
                case .int64: read(Int64.self) { Float(Int64(littleEndian: $0)) }
                case .int32: read(Int32.self) { Float(Int32(littleEndian: $0)) }
                case .int16: read(Int16.self) { Float(Int16(littleEndian: $0)) }
                case .uint64: read(UInt64.self) { Float(UInt64(littleEndian: $0)) }
                case .uint32: read(UInt32.self) { Float(UInt32(littleEndian: $0)) }
                case .uint16: read(UInt16.self) { Float(UInt16(littleEndian: $0)) }
                case .int8: read(Int8.self) { Float($0) }
                case .uint8: read(UInt8.self) { Float($0) }
                case .bool: read(UInt8.self) { $0 == 0 ? 0 : 1 }
                }
            }
        }
    }
}
