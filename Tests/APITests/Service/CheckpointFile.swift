import Foundation

/// A safetensors file, to be changed: the length of the header in eight bytes, the header in JSON, the values.
struct CheckpointFile {
    /// Nil leaves a file that is none.
    var header: JSON?
    var tail: [UInt8]
}

extension CheckpointFile {
    init(_ bytes: [UInt8]) throws {
        let count = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        header = try JSON(Array(bytes[8..<8 + count]))
        tail = Array(bytes[(8 + count)...])
    }

    var bytes: [UInt8] {
        get throws {
            guard let header else { return tail }
            let text = try header.bytes
            return (0..<8).map { UInt8(text.count >> ($0 * 8) & 0xFF) } + text + tail
        }
    }

    mutating func rename(_ name: String, to other: String) {
        guard let tensor = header?[name] else { return }
        header = header?.without(name)
        header?[other] = tensor
    }

    mutating func prefixAll(_ prefix: String) {
        for name in header?.names ?? [] where name != "__metadata__" { rename(name, to: prefix + name) }
    }

    mutating func reshape(_ name: String, _ shape: [Int]) {
        header?[name]["shape"] = .array(shape.map { .number(Double($0)) })
    }

    mutating func append(_ name: String, _ values: [Float]) {
        let start = tail.count
        for value in values { tail += withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init) }
        header?[name] = [
            "dtype": "F32", "shape": [.number(Double(values.count))],
            "data_offsets": [.number(Double(start)), .number(Double(tail.count))],
        ]
    }

    /// Makes the first value a NaN.
    mutating func spoil(_ name: String) {
        guard let start = header?[name]["data_offsets"][0].int else { return }
        tail.replaceSubrange(start..<start + 4, with: [0, 0, 0xC0, 0x7F])
    }
}
