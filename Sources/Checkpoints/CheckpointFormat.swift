package import Foundation

/// The formats that are known, told apart by content. The raw values are names in the HTTP interface.
package enum CheckpointFormat: String, Hashable, Sendable, CaseIterable {
    case safetensors
    /// A zip archive by `torch.save`, PyTorch 1.6 and later.
    case torchZip = "torch_zip"
    /// Pickles and bare values by `torch.save` before PyTorch 1.6.
    case torchLegacy = "torch_legacy"
    /// A graph with its parameters: recognised here, read by the module that runs graphs.
    case onnx

    /// For messages.
    package var name: String {
        switch self {
        case .safetensors: "safetensors file"
        case .torchZip: "PyTorch zip archive"
        case .torchLegacy: "PyTorch file of before version 1.6"
        case .onnx: "ONNX model"
        }
    }

    /// Looks at the first bytes alone.
    /// - Throws: ``CheckpointError/unknownFormat``.
    package init(of data: Data) throws {
        let start = Array(data.prefix(12))
        if start.starts(with: [UInt8(ascii: "P"), UInt8(ascii: "K"), 3, 4]) {
            self = .torchZip
        } else if start.count > 8, start[8] == UInt8(ascii: "{") {
            // The length of a JSON object, then the object.
            self = .safetensors
        } else if start.count >= 2, start[0] == PickleOpcode.proto.rawValue, (2...5).contains(start[1]) {
            self = .torchLegacy
        } else if Self.isONNX(start) {
            self = .onnx
        } else {
            throw CheckpointError.unknownFormat(start: start)
        }
    }

    /// Whether a protocol buffer begins as ONNX's ModelProto does: field 1, the version of the format, then another field of a model.
    private static func isONNX(_ start: [UInt8]) -> Bool {
        guard start.count >= 3, start[0] == 0x08, (1...0x7F).contains(start[1]) else { return false }
        // Producer (2, 3), domain (4), version (5, a number), documentation (6), graph (7), operator sets (8).
        return [0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42].contains(start[2])
    }
}
