import Checkpoints
import Foundation
import TestSupport

/// A small valid file of each kind that is read, for tests that break it in every way.
enum FormatSample: CaseIterable {
    case safetensors
    case torchZip
    /// The pickle within an archive whose checksums are right whatever the pickle holds.
    case pickleInArchive
    case torchLegacy

    /// The kinds that show a format; a new format does not compile before it has one.
    static func samples(of format: CheckpointFormat) -> [FormatSample] {
        switch format {
        case .safetensors: [.safetensors]
        case .torchZip: [.torchZip, .pickleInArchive]
        case .torchLegacy: [.torchLegacy]
        case .onnx: []
        }
    }

    private static let file = TorchFile([
        .init("stem.weight", [2, 3], [1, 2, 3, 4, 5, 6]), .init("bias", [], [7]), .init("empty", [0, 2], []),
    ])

    /// What tests cut and change.
    var bytes: [UInt8] {
        switch self {
        case .safetensors:
            let header =
                #"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"b":{"dtype":"I64","shape":[],"data_offsets":[8,16]}} "#
            return PickleWriter.little(header.utf8.count, bytes: 8) + Array(header.utf8) + [UInt8](0..<16)
        case .torchZip: return Array(Self.file.archive.data)
        case .torchLegacy: return Array(Self.file.legacy)
        case .pickleInArchive: return Self.file.pickle
        }
    }

    func checkpoint(_ bytes: [UInt8]) throws -> Checkpoint {
        switch self {
        case .safetensors, .torchZip, .torchLegacy:
            try Checkpoint.read(Data(bytes), limits: CheckpointLimits())
        case .pickleInArchive:
            try Checkpoint.read(Self.file.archive(pickle: bytes).data, limits: CheckpointLimits())
        }
    }
}
