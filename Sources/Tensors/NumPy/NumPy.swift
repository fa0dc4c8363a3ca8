/// Arrays in NumPy's .npy format, in memory. ``NumPyFile`` reads them from a file in pieces.
package enum NumPy {
    /// A .npy file of version 1.0: Float32, little-endian, C order.
    /// - Parameter shape: what the file states; it may differ from the tensor's in its axes, not in its count.
    package static func encode(_ tensor: Tensor, shape: Shape) -> [UInt8] {
        precondition(shape.count == tensor.count, "the shape \(shape) is of another array than \(tensor.shape)")
        var bytes = header(shape: shape)
        bytes.reserveCapacity(bytes.count + 4 * tensor.count)
        tensor.withUnsafeValues { values in
            for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) } }
        }
        return bytes
    }

    /// A .npy file of bytes, in C order.
    package static func encode(bytes values: [UInt8], shape: Shape) -> [UInt8] {
        precondition(shape.count == values.count, "the shape \(shape) is of another array than \(values.count) bytes")
        return header(shape: shape, element: .uint8) + values
    }

    /// The head of a Float32 file, to write before the values themselves. Its length is a multiple of 64, so that
    /// mapped values are aligned.
    package static func header(shape: Shape) -> [UInt8] { header(shape: shape, element: .float32) }

    private static func header(shape: Shape, element: NumPyElement) -> [UInt8] {
        let extents = shape.extents.map { "\($0)," }.joined(separator: " ")
        // Python writes (3,) and (3, 4): only the tuple of one keeps its last comma.
        let tuple = shape.rank > 1 ? String(extents.dropLast()) : extents
        var text = Array("{'descr': '\(element.rawValue)', 'fortran_order': False, 'shape': (\(tuple)), }".utf8)
        let unpadded = 10 + text.count + 1
        text += [UInt8](repeating: 0x20, count: (64 - unpadded % 64) % 64) + [0x0A]
        return NumPyHeader.magic + [1, 0, UInt8(text.count & 0xFF), UInt8(text.count >> 8)] + text
    }

    /// Reads a whole .npy file from memory, cast to Float32.
    /// - Throws: ``NumPyError``.
    package static func decode(_ bytes: [UInt8]) throws -> Tensor {
        let extent = try NumPyHeader.extent(prefix: bytes.prefix(NumPyHeader.prefixBytes))
        guard bytes.count >= extent.end else {
            throw NumPyError.malformedHeader(offset: bytes.count - extent.start, reason: "the file ends in it")
        }
        let header = try NumPyHeader(text: bytes[extent.start..<extent.end], dataOffset: extent.end)
        guard bytes.count - extent.end == header.dataBytes else {
            throw NumPyError.wrongLength(expected: header.dataBytes, found: bytes.count - extent.end)
        }
        return Tensor(uninitialized: header.shape) { values in
            bytes.withUnsafeBytes { raw in
                header.element.decode(UnsafeRawBufferPointer(rebasing: raw[extent.end...]), into: values)
            }
        }
    }
}
