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
                    entry: "data.pkl", reason: "the archive has no such entry, so it is none by torch.save")
            }
            guard pickle.bytes <= limits.pickleBytes else {
                throw CheckpointError.badEntry(
                    entry: pickle.name, reason: "it has \(pickle.bytes) bytes, \(limits.pickleBytes) are allowed")
            }
            let order = try byteOrder(archive)
            var unpickler = Unpickler(
                Array(try archive.read(pickle)), at: 0, entry: pickle.name, format: .torchZip, limits: limits)
            let saved = try unpickler.run()
            guard saved.end == pickle.bytes else {
                throw CheckpointError.malformed(
                    format: .torchZip, place: .entry(pickle.name, saved.end), reason: "there is more after the pickle")
            }
            let dictionary = try StateDictionary(saved.value, limits: limits)
            var storages: [String: Data] = [:]
            return try dictionary.checkpoint(format: .torchZip, order: order) { tensor, storage in
                if let known = storages[storage.key] { return known }
                let bytes = try Self.bytes(of: storage, for: tensor, in: archive)
                storages[storage.key] = bytes
                return bytes
            }
        }
    }

    /// Archives by releases before 2.1 do not say; those are by little-endian machines, as PyTorch takes them to be.
    private func byteOrder(_ archive: ZipArchive) throws -> ByteOrder {
        guard let entry = archive.entries["byteorder"] else { return .little }
        guard entry.bytes <= 16, let text = String(data: try archive.read(entry), encoding: .utf8),
            let order = ByteOrder(rawValue: text)
        else { throw CheckpointError.badEntry(entry: entry.name, reason: "it says neither little nor big") }
        return order
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
