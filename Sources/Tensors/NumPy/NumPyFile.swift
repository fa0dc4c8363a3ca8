package import Foundation

/// A .npy file that is read in pieces.
package struct NumPyFile: Sendable {
    package let header: NumPyHeader
    private let file: RandomAccessFile

    /// Reads the header and holds the file's length against it.
    /// - Parameter maximumBytes: of the array.
    /// - Throws: ``NumPyError``.
    package init(_ url: URL, maximumBytes: Int) throws {
        file = try RandomAccessFile(url)
        let prefix = try file.bytes(at: 0, count: NumPyHeader.prefixBytes)
        let extent = try NumPyHeader.extent(prefix: prefix)
        let text = try file.bytes(at: extent.start, count: extent.end - extent.start)
        guard text.count == extent.end - extent.start else {
            throw NumPyError.malformedHeader(offset: text.count, reason: "the file ends in it")
        }
        header = try NumPyHeader(text: text, dataOffset: extent.end)
        guard header.dataBytes <= maximumBytes else {
            throw NumPyError.tooLarge(bytes: header.dataBytes, limit: maximumBytes)
        }
        guard file.count - extent.end == header.dataBytes else {
            throw NumPyError.wrongLength(expected: header.dataBytes, found: file.count - extent.end)
        }
    }

    /// Stored bytes as they are.
    /// - Parameter element: index of the first element in C order.
    package func readBytes(from element: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        precondition(
            element >= 0 && element * header.element.bytes + buffer.count <= header.dataBytes, "outside the array")
        try file.read(at: header.dataOffset + element * header.element.bytes, into: buffer)
    }

    /// Elements cast to Float32; see ``NumPyElement``. Holds a small buffer besides the values.
    /// - Parameter element: index of the first element in C order.
    package func readValues(from element: Int, into values: UnsafeMutableBufferPointer<Float>) throws {
        precondition(element >= 0 && element + values.count <= header.shape.count, "outside the array")
        let piece = min(values.count, 1 << 15)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: piece * header.element.bytes, alignment: 8)
        defer { buffer.deallocate() }
        for start in stride(from: 0, to: values.count, by: max(piece, 1)) {
            let count = min(piece, values.count - start)
            let raw = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(count * header.element.bytes)])
            try readBytes(from: element + start, into: raw)
            header.element.decode(
                UnsafeRawBufferPointer(raw),
                into: UnsafeMutableBufferPointer(rebasing: values[start..<(start + count)]))
        }
    }

    /// The whole array.
    package func tensor() throws -> Tensor {
        try Tensor(uninitialized: header.shape) { try readValues(from: 0, into: $0) }
    }
}
