import Foundation
import Tensors

/// Reads the safetensors format: eight bytes with the header's length, the header as JSON, then the values without gaps.
///
/// Strict where the format is strict: offsets lie within the data, arrays neither overlap nor leave holes, sizes are what shape and element
/// type make them, keys are unique.
struct SafetensorsReader {
    private let data: Data
    private let limits: CheckpointLimits

    private struct Entry {
        var name: String
        var element: StoredElement
        var extents: [Int]
        var begin: Int
        var end: Int
    }

    init(_ data: Data, limits: CheckpointLimits) {
        self.data = data
        self.limits = limits
    }

    /// - Throws: ``CheckpointError``.
    func checkpoint() throws -> Checkpoint {
        let size = data.count
        guard size >= 8 else { throw malformed(0, "the file ends within the length of the header") }
        let length = data.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        guard length <= UInt64(limits.headerBytes), length <= UInt64(size - 8) else {
            throw malformed(
                0, "the header is said to have \(length) bytes, \(min(limits.headerBytes, size - 8)) are possible")
        }
        let headerEnd = 8 + Int(length)
        let header = data.subdata(in: data.startIndex + 8..<data.startIndex + headerEnd)
        let entries: [Entry]
        var metadata: [String: String] = [:]
        do {
            entries = try self.entries(Array(header), &metadata)
        } catch let error as JSONScanner.Malformed {
            throw malformed(8 + error.offset, error.reason)
        }
        try refuseGaps(in: entries, dataBytes: size - headerEnd, headerEnd: headerEnd)
        return Checkpoint(
            format: .safetensors,
            tensors: try entries.map { entry in
                let start = data.startIndex + headerEnd
                return StoredTensor(
                    name: entry.name, element: entry.element, shape: try shape(of: entry),
                    bytes: data[start + entry.begin..<start + entry.end])
            }, metadata: metadata)
    }

    private func entries(_ header: [UInt8], _ metadata: inout [String: String]) throws -> [Entry] {
        var scanner = JSONScanner(header, longestKey: limits.nameBytes)
        var entries: [Entry] = []
        try scanner.object { scanner, name in
            guard name != "__metadata__" else {
                return try scanner.object { scanner, key in metadata[key] = try scanner.string() }
            }
            guard entries.count < limits.tensors else { throw CheckpointError.tooManyTensors(limit: limits.tensors) }
            entries.append(try entry(name, &scanner))
        }
        // The format lets the header be padded with spaces, so that the values are aligned.
        try scanner.end()
        return entries
    }

    private func entry(_ name: String, _ scanner: inout JSONScanner) throws -> Entry {
        var type: String?
        var extents: [Int]?
        var offsets: [Int]?
        let place = scanner.offset
        try scanner.object { scanner, key in
            switch key {
            case "dtype": type = try scanner.string()
            case "shape": extents = try Self.integers(&scanner, atMost: 64)
            case "data_offsets": offsets = try Self.integers(&scanner, atMost: 2)
            default:
                throw JSONScanner.Malformed(offset: scanner.offset, reason: "\(name) has an unknown field \"\(key)\"")
            }
        }
        guard let type, let extents, let offsets, offsets.count == 2 else {
            throw JSONScanner.Malformed(offset: place, reason: "\(name) needs dtype, shape and two data_offsets")
        }
        guard let element = StoredElement(rawValue: type) else {
            throw CheckpointError.unsupportedType(tensor: name, type: type)
        }
        return Entry(name: name, element: element, extents: extents, begin: offsets[0], end: offsets[1])
    }

    private static func integers(_ scanner: inout JSONScanner, atMost limit: Int) throws -> [Int] {
        var values: [Int] = []
        try scanner.array { scanner in
            guard values.count < limit else {
                throw JSONScanner.Malformed(offset: scanner.offset, reason: "more than \(limit) numbers in a list")
            }
            values.append(try scanner.unsignedInteger())
        }
        return values
    }

    private func shape(of entry: Entry) throws -> Shape {
        // Eight bytes an element is the widest type: a shape whose values fit Float32 memory twice over cannot overflow below.
        guard let shape = try? Shape(validating: entry.extents + [2]) else {
            throw CheckpointError.badTensor(tensor: entry.name, reason: "its shape \(entry.extents) is too large")
        }
        let bytes = shape.count / 2 * entry.element.bytes
        guard bytes == entry.end - entry.begin else {
            throw CheckpointError.badTensor(
                tensor: entry.name,
                reason:
                    "shape \(entry.extents) of \(entry.element.rawValue) takes \(bytes) bytes, its offsets span \(entry.end - entry.begin)"
            )
        }
        return try Shape(validating: entry.extents)
    }

    /// In order of their offsets the arrays fill the data from end to end.
    private func refuseGaps(in entries: [Entry], dataBytes: Int, headerEnd: Int) throws {
        var position = 0
        for entry in entries.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
            guard entry.begin <= entry.end, entry.end <= dataBytes else {
                throw CheckpointError.badTensor(
                    tensor: entry.name,
                    reason: "its offsets \(entry.begin)..\(entry.end) lie outside the \(dataBytes) bytes of data")
            }
            guard entry.begin == position else {
                let what = entry.begin < position ? "overlaps the array before it" : "leaves a hole before it"
                throw CheckpointError.badTensor(tensor: entry.name, reason: "it begins at \(entry.begin) and \(what)")
            }
            position = entry.end
        }
        guard position == dataBytes else {
            throw malformed(headerEnd + position, "\(dataBytes - position) bytes belong to no tensor")
        }
    }

    private func malformed(_ offset: Int, _ reason: String) -> CheckpointError {
        .malformed(format: .safetensors, place: .file(offset), reason: reason)
    }
}
