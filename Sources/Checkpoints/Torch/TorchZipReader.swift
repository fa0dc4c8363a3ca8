import Foundation

/// Reads what `torch.save` writes since PyTorch 1.6: a zip archive with `data.pkl`, which describes the tensors, and `data/<key>`, their storages.
struct TorchZipReader {
    private let data: Data
    private let limits: CheckpointLimits

    init(_ data: Data, limits: CheckpointLimits) {
        self.data = data
        self.limits = limits
    }

    /// - Throws: ``CheckpointError``.
    func checkpoint() throws -> Checkpoint {
        try ZipArchive.withArchive(data, limits: limits) { archive in
            if archive.entries.keys.contains(where: { $0 == "constants.pkl" || $0.hasPrefix("code/") }) {
                throw CheckpointError.torchScript
            }
            guard let pickle = archive.entries["data.pkl"] else {
                throw CheckpointError.badEntry(
                    entry: "data.pkl", reason: "the archive has no such entry, so it is none of PyTorch's")
            }
            guard pickle.bytes <= limits.pickleBytes else {
                throw CheckpointError.badEntry(
                    entry: pickle.name, reason: "it has \(pickle.bytes) bytes, \(limits.pickleBytes) are allowed")
            }
            try refuseBigEndian(archive)
            var unpickler = Unpickler(Array(try archive.read(pickle)), at: 0, format: .torchZip, limits: limits)
            let dictionary = try StateDictionary(unpickler.run().value, limits: limits)
            var storages: [String: Data] = [:]
            return try dictionary.checkpoint(format: .torchZip) { tensor, storage in
                if let known = storages[storage.key] { return known }
                let bytes = try Self.bytes(of: storage, for: tensor, in: archive)
                storages[storage.key] = bytes
                return bytes
            }
        }
    }

    private func refuseBigEndian(_ archive: ZipArchive) throws {
        guard let entry = archive.entries["byteorder"] else { return }
        guard entry.bytes <= 16, try archive.read(entry) == Data("little".utf8) else {
            throw CheckpointError.badEntry(
                entry: entry.name,
                reason: "only values in little-endian order are read: save it again on such a machine")
        }
    }

    private static func bytes(of storage: StorageReference, for tensor: String, in archive: ZipArchive) throws -> Data {
        guard let entry = archive.entries["data/\(storage.key)"] else {
            throw CheckpointError.badTensor(
                tensor: tensor, reason: "its storage data/\(storage.key) is not in the archive")
        }
        let expected = storage.count * storage.type.bytes
        guard entry.bytes == expected else {
            throw CheckpointError.badTensor(
                tensor: tensor, reason: "its storage takes \(expected) bytes, \(entry.name) has \(entry.bytes)")
        }
        return try archive.read(entry)
    }
}
