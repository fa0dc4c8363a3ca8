import Foundation
package import Tensors

/// An array as it lies in the file, not yet decoded: weights are shared with the file's memory until they are used.
package struct StoredArray: Sendable {
    enum Payload: Sendable {
        /// Little-endian, exactly as many as the shape asks for.
        case raw(Data)
        case reals([Float])
        case wideReals([Double])
        case integers([Int64])
        case tensor(Tensor)
    }

    package let element: ElementType
    package let shape: Shape
    let payload: Payload

    init(element: ElementType, shape: Shape, payload: Payload) {
        self.element = element
        self.shape = shape
        self.payload = payload
    }

    /// An array that comes from no file.
    init(_ tensor: Tensor) { self.init(element: .float32, shape: tensor.shape, payload: .tensor(tensor)) }

    /// Row-major values; all but the kind `real` are for ``integers``.
    var reals: Tensor {
        switch payload {
        case .raw(let data):
            return Tensor(uninitialized: shape) { values in
                if element == .float32 {
                    data.copyBytes(to: UnsafeMutableRawBufferPointer(values))
                    return
                }
                forEach(data) { index, value in
                    switch element {
                    case .float16: values[index] = HalfPrecision.float(fromBinary16: UInt16(truncatingIfNeeded: value))
                    case .bfloat16: values[index] = Float(bitPattern: UInt32(truncatingIfNeeded: value) << 16)
                    case .float64: values[index] = Float(Double(bitPattern: value))
                    case .float32: values[index] = Float(bitPattern: UInt32(truncatingIfNeeded: value))
                    case .uint8, .uint16, .uint32, .uint64, .bool: values[index] = Float(value)
                    case .int8, .int16, .int32, .int64: values[index] = Float(Self.signed(value, bytes: element.bytes))
                    }
                }
            }
        case .reals(let values): return Self.filled(shape, values) { $0 }
        case .wideReals(let values): return Self.filled(shape, values) { Float($0) }
        case .tensor(let tensor): return tensor
        case .integers(let values):
            // Half precision without raw bytes comes as bit patterns.
            switch element {
            case .float16:
                return Self.filled(shape, values) {
                    HalfPrecision.float(fromBinary16: UInt16(truncatingIfNeeded: $0))
                }
            case .bfloat16:
                return Self.filled(shape, values) { Float(bitPattern: UInt32(truncatingIfNeeded: $0 & 0xFFFF) << 16) }
            case .float32, .float64, .uint8, .int8, .uint16, .int16, .int32, .int64, .bool, .uint32, .uint64:
                return Self.filled(shape, values) { Float($0) }
            }
        }
    }

    /// Row-major values of an array of integers or truth values (0 and 1).
    var integers: [Int] {
        switch payload {
        case .raw(let data):
            var values: [Int] = []
            values.reserveCapacity(shape.count)
            forEach(data) { _, value in
                switch element {
                case .bool: values.append(value == 0 ? 0 : 1)
                case .int8, .int16, .int32, .int64: values.append(Self.signed(value, bytes: element.bytes))
                case .uint8, .uint16, .uint32, .uint64, .float16, .bfloat16, .float32, .float64:
                    values.append(Int(truncatingIfNeeded: value))
                }
            }
            return values
        case .reals(let values): return values.map { Int(exactly: $0.rounded(.towardZero)) ?? 0 }
        case .wideReals(let values): return values.map { Int(exactly: $0.rounded(.towardZero)) ?? 0 }
        case .tensor(let tensor): return tensor.values.map { Int(exactly: $0.rounded(.towardZero)) ?? 0 }
        case .integers(let values): return values.map { element == .bool ? ($0 == 0 ? 0 : 1) : Int($0) }
        }
    }

    private static func signed(_ value: UInt64, bytes: Int) -> Int {
        let shift = UInt64(64 - 8 * bytes)
        return Int(Int64(bitPattern: value << shift) >> Int64(shift))
    }

    private static func filled<Value>(_ shape: Shape, _ values: [Value], _ convert: (Value) -> Float) -> Tensor {
        Tensor(uninitialized: shape) { buffer in
            for (index, value) in zip(buffer.indices, values) { buffer[index] = convert(value) }
        }
    }

    /// Calls `body` with each element's index and its bytes as a number.
    private func forEach(_ data: Data, _ body: (Int, UInt64) -> Void) {
        data.withUnsafeBytes { raw in
            for index in 0..<shape.count {
                let value: UInt64 =
                    switch element.bytes {
                    case 1: UInt64(raw[index])
                    case 2: UInt64(UInt16(littleEndian: raw.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)))
                    case 4: UInt64(UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)))
                    default: UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
                    }
                body(index, value)
            }
        }
    }
}
