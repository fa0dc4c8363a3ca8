import Foundation

/// The formats that are read, told apart by content.
package enum CheckpointFormat: String, Hashable, Sendable, CaseIterable {
    case safetensors
    /// A zip archive by `torch.save`, PyTorch 1.6 and later.
    case torchZip

    /// For messages.
    package var name: String {
        switch self {
        case .safetensors: "safetensors"
        case .torchZip: "PyTorch zip archive"
        }
    }

    /// - Throws: ``CheckpointError/unknownFormat``, ``CheckpointError/onnx``.
    init(of data: Data) throws {
        let start = data.prefix(12)
        if start.starts(with: [UInt8(ascii: "P"), UInt8(ascii: "K"), 3, 4]) {
            self = .torchZip
        } else if start.dropFirst(8).first == UInt8(ascii: "{") {
            // The length of a JSON object, then the object.
            self = .safetensors
        } else if Self.isONNX(start) {
            throw CheckpointError.onnx
        } else {
            throw CheckpointError.unknownFormat
        }
    }

    /// Whether a protocol buffer begins as ONNX's ModelProto does: field 1, the version of the format, then one of the other fields that
    /// have a length (producer, domain, documentation, graph, operator sets).
    private static func isONNX(_ start: Data) -> Bool {
        let bytes = Array(start)
        guard bytes.count >= 3, bytes[0] == 0x08, (1...0x7F).contains(bytes[1]) else { return false }
        return [0x12, 0x1A, 0x22, 0x32, 0x3A, 0x42].contains(bytes[2])
    }
}
