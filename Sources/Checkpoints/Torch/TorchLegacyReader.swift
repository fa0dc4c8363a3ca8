import Foundation

/// Reads what `torch.save` wrote before PyTorch 1.6 (and writes with `_use_new_zipfile_serialization=False`).
///
/// Five pickles follow each other: a magic number, the format's version, facts of the machine, the saved value, the keys of its storages.
/// Then, for each key, come the number of elements (eight bytes) and the elements. Numbers and elements are little-endian on every machine,
/// whatever the facts say: PyTorch swaps them on writing.
struct TorchLegacyReader {
    private static let format = CheckpointFormat.torchLegacy
    /// 0x1950A86A20F9469CFC6C, lowest byte first.
    private static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    private static let version = 1001

    private let data: Data
    /// What the pickles may take of the file.
    private let head: [UInt8]
    private let limits: CheckpointLimits

    init(_ data: Data, limits: CheckpointLimits) {
        self.data = data
        self.limits = limits
        head = Array(data.prefix(limits.pickleBytes))
    }

    /// - Throws: ``CheckpointError``.
    func checkpoint() throws -> Checkpoint {
        let magic = try unpickle(at: 0)
        guard case .largeInteger(Self.magic) = magic.value else {
            throw malformed(0, "the pickle is not one by torch.save, which begins with its magic number")
        }
        let version = try unpickle(at: magic.end)
        guard version.value.integer == Self.version else {
            throw malformed(magic.end, "the format's version is not \(Self.version)")
        }
        let machine = try unpickle(at: version.end)
        let saved = try unpickle(at: machine.end)
        let dictionary = try StateDictionary(saved.value, limits: limits)
        let keys = try unpickle(at: saved.end)
        guard let list = keys.value.container(.list) else {
            throw malformed(saved.end, "the keys of the storages must be a list")
        }
        let storages = try find(list.elements, of: saved.storages, from: keys.end, listAt: saved.end)
        return try dictionary.checkpoint(format: Self.format, order: .little) { tensor, storage in
            guard let bytes = storages[storage.key] else {
                throw CheckpointError.badTensor(
                    tensor: tensor, reason: "its storage \(storage.key) is not in the file")
            }
            return bytes
        }
    }

    private func unpickle(at offset: Int) throws -> Unpickler.Result {
        guard offset < head.count else {
            guard head.count < data.count else { throw malformed(offset, "the file ends where a pickle was expected") }
            throw CheckpointError.pickleTooLarge(what: "bytes", limit: limits.pickleBytes, place: .file(offset))
        }
        var unpickler = Unpickler(head, at: offset, entry: nil, format: Self.format, limits: limits)
        return try unpickler.run()
    }

    /// The bytes of each storage, which fill the file to its end.
    /// - Parameter list: where the keys' pickle begins.
    private func find(
        _ keys: [PickleValue], of mentioned: [String: StorageReference], from start: Int, listAt list: Int
    ) throws -> [String: Data] {
        var storages: [String: Data] = [:]
        var offset = start
        for key in keys {
            guard let key = key.text, let storage = mentioned[key] else {
                throw malformed(list, "the list of keys has one that no tensor mentions")
            }
            let length = MemoryLayout<UInt64>.size
            guard data.count - offset >= length else { throw malformed(offset, "the file ends before a storage") }
            let count = data.dropFirst(offset).prefix(length).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard count == UInt64(storage.count) else {
                throw malformed(
                    offset, "the storage \(key) is said to have \(count) elements, and \(storage.count) before")
            }
            offset += length
            let bytes = storage.count * storage.type.bytes
            guard bytes <= data.count - offset else {
                throw malformed(
                    offset, "the storage \(key) takes \(bytes) bytes, \(data.count - offset) are left of the file")
            }
            let begin = data.startIndex + offset
            guard storages.updateValue(data[begin..<begin + bytes], forKey: key) == nil else {
                throw malformed(list, "the list of keys has \(key) twice")
            }
            offset += bytes
        }
        guard offset == data.count else {
            throw malformed(offset, "\(data.count - offset) bytes follow the last storage")
        }
        return storages
    }

    private func malformed(_ offset: Int, _ reason: String) -> CheckpointError {
        .malformed(format: Self.format, place: .file(offset), reason: reason)
    }
}
