/// Arrays in NumPy's format, as videos.
enum ArrayFile {
    /// UInt8 `[T, H, W, 3]` of one value.
    static func bytes(frames: Int, height: Int, width: Int, value: UInt8) -> [UInt8] {
        file("|u1", [frames, height, width, 3], Array(repeating: value, count: frames * height * width * 3))
    }

    /// Float32 `[C, T, H, W]`.
    static func floats(_ shape: [Int], _ value: (Int) -> Float) -> [UInt8] {
        let values = (0..<shape.reduce(1, *)).flatMap { index in
            withUnsafeBytes(of: value(index).bitPattern.littleEndian, Array.init)
        }
        return file("<f4", shape, values)
    }

    static func file(_ element: String, _ shape: [Int], _ values: [UInt8]) -> [UInt8] {
        let extents = shape.map(String.init).joined(separator: ", ")
        var header = "{'descr': '\(element)', 'fortran_order': False, 'shape': (\(extents),), }"
        header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
        let count = header.utf8.count
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(count & 0xFF), UInt8(count >> 8)] + Array(header.utf8)
            + values
    }
}
