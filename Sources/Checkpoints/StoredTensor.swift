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

/// In which order the bytes of an element are stored.
enum ByteOrder: String {
    case little, big
}

/// One named array of a checkpoint, not yet decoded.
package struct StoredTensor: Sendable {
    package let name: String
    package let element: StoredElement
    package let shape: Shape
    private let order: ByteOrder
    /// From the first element that is used to the last.
    private let bytes: Data
    /// Elements to skip for one step along each axis; nil when the elements follow each other in row-major order.
    private let strides: [Int]?

    /// - Parameter bytes: exactly `shape.count * element.bytes` bytes, row-major, little-endian.
    init(name: String, element: StoredElement, shape: Shape, bytes: Data) {
        self.name = name
        self.element = element
        self.shape = shape
        self.bytes = bytes
        order = .little
        strides = nil
    }

    /// - Parameter storage: all elements that the layout was checked against.
    init(name: String, element: StoredElement, order: ByteOrder, layout: StridedLayout, storage: Data) {
        self.name = name
        self.element = element
        self.order = order
        shape = layout.shape
        let start = storage.startIndex
        bytes = storage[start + layout.span.lowerBound * element.bytes..<start + layout.span.upperBound * element.bytes]
        strides = layout.isContiguous ? nil : layout.strides
    }

    /// Calls `body` with each position in row-major order and the place of its element among the stored ones.
    private func forEachElement(_ body: (_ position: Int, _ place: Int) -> Void) {
        let count = shape.count
        guard let strides else {
            for position in 0..<count { body(position, position) }
            return
        }
        var indices = [Int](repeating: 0, count: shape.rank)
        var place = 0
        for position in 0..<count {
            body(position, place)
            for axis in indices.indices.reversed() {
                indices[axis] += 1
                place += strides[axis]
                guard indices[axis] == shape[axis] else { break }
                place -= shape[axis] * strides[axis]
                indices[axis] = 0
            }
        }
    }

    /// The values as Float32; wider types are rounded to nearest.
    package func tensor() -> Tensor {
        Tensor(uninitialized: shape) { values in
            bytes.withUnsafeBytes { raw in
                func read<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, _ convert: (T) -> Float) {
                    forEachElement { position, place in
                        let stored = raw.loadUnaligned(fromByteOffset: place * MemoryLayout<T>.size, as: T.self)
                        values[position] = convert(order == .little ? T(littleEndian: stored) : T(bigEndian: stored))
                    }
                }
                switch element {
                case .float32: read(UInt32.self) { Float(bitPattern: $0) }
                case .float64: read(UInt64.self) { Float(Double(bitPattern: $0)) }
                case .float16: read(UInt16.self) { HalfPrecision.float(fromBinary16: $0) }
                case .bfloat16: read(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
                case .int64: read(Int64.self) { Float($0) }
                case .int32: read(Int32.self) { Float($0) }
                case .int16: read(Int16.self) { Float($0) }
                case .uint64: read(UInt64.self) { Float($0) }
                case .uint32: read(UInt32.self) { Float($0) }
                case .uint16: read(UInt16.self) { Float($0) }
                case .int8: read(Int8.self) { Float($0) }
                case .uint8: read(UInt8.self) { Float($0) }
                case .bool: read(UInt8.self) { $0 == 0 ? 0 : 1 }
                }
            }
        }
    }
}
