package import Foundation
import Tensors

/// Limits that hold before anything is allocated.
package struct CheckpointLimits: Hashable, Sendable {
    /// Bytes of the file, and of what an archive unpacks to.
    package var bytes = 2 << 30
    package var tensors = 100_000
    /// Bytes of a name: of a tensor, an archive's entry, a dictionary's key.
    package var nameBytes = 1000
    /// Bytes of a safetensors header.
    package var headerBytes = 16 << 20
    /// Entries of a zip archive.
    package var archiveEntries = 200_000
    /// How many times larger than its packed bytes an entry of an archive may be.
    package var compressionRatio = 100
    /// Bytes of the pickled description of a PyTorch file; the values are not part of it.
    package var pickleBytes = 16 << 20
    /// A state dictionary takes about 40 for each tensor.
    package var pickleInstructions = 2_000_000
    /// Containers within containers.
    package var pickleDepth = 100

    package init() {}
}

/// Named arrays of a file that nobody vouches for. Reading one runs no code of it.
package struct Checkpoint: Sendable {
    package let format: CheckpointFormat
    /// In the order of the file.
    package let names: [String]
    /// What a safetensors file says about itself, which nobody vouches for either.
    package let metadata: [String: String]
    private let tensors: [String: StoredTensor]

    /// - Parameter tensors: of different names.
    init(format: CheckpointFormat, tensors: [StoredTensor], metadata: [String: String] = [:]) {
        self.format = format
        self.metadata = metadata
        names = tensors.map(\.name)
        self.tensors = Dictionary(tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package subscript(name name: String) -> StoredTensor? { tensors[name] }

    /// Maps a file into memory and reads what it lists; values are decoded when they are asked for.
    /// - Throws: ``CheckpointError``.
    package static func open(_ url: URL, limits: CheckpointLimits) throws -> Checkpoint {
        try read(contents(of: url, limits: limits), limits: limits)
    }

    /// A file's bytes, mapped into memory.
    /// - Throws: ``CheckpointError``.
    package static func contents(of url: URL, limits: CheckpointLimits) throws -> Data {
        do {
            // Devices and pipes have no size: reading one might never end.
            let bytes = try RandomAccessFile(url).count
            guard bytes <= limits.bytes else { throw CheckpointError.tooLarge(bytes: bytes, limit: limits.bytes) }
            return try Data(contentsOf: url, options: .mappedIfSafe)
        } catch let error as CheckpointError {
            throw error
        } catch let NumPyError.unreadable(reason) {
            throw CheckpointError.unreadable(reason)
        } catch {
            throw CheckpointError.unreadable(error.localizedDescription)
        }
    }

    /// Reads a checkpoint from memory.
    /// - Throws: ``CheckpointError``.
    package static func read(_ data: Data, limits: CheckpointLimits) throws -> Checkpoint {
        guard data.count <= limits.bytes else {
            throw CheckpointError.tooLarge(bytes: data.count, limit: limits.bytes)
        }
        switch try CheckpointFormat(of: data) {
        case .safetensors: return try SafetensorsReader(data, limits: limits).checkpoint()
        case .torchZip: return try TorchZipReader(data, limits: limits).checkpoint()
        case .torchLegacy: return try TorchLegacyReader(data, limits: limits).checkpoint()
        case .onnx: throw CheckpointError.onnx
        }
    }
}
