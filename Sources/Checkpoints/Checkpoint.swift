package import Foundation

/// Limits that hold before anything is allocated.
package struct CheckpointLimits: Hashable, Sendable {
    /// Bytes of the file.
    package var bytes = 2 << 30
    package var tensors = 100_000
    /// Bytes of a safetensors header.
    package var headerBytes = 16 << 20

    package init() {}
}

/// The formats that are read, told apart by content.
package enum CheckpointFormat: String, Hashable, Sendable, CaseIterable {
    case safetensors
}

/// Named arrays of a file that nobody vouches for. Reading one runs no code of it.
package struct Checkpoint: Sendable {
    package let format: CheckpointFormat
    /// In the order of the file.
    package let names: [String]
    private let tensors: [String: StoredTensor]

    init(format: CheckpointFormat, tensors: [StoredTensor]) {
        self.format = format
        names = tensors.map(\.name)
        self.tensors = Dictionary(tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package subscript(name name: String) -> StoredTensor? { tensors[name] }

    /// Maps a file into memory and reads what it lists; values are read when they are asked for.
    /// - Throws: ``CheckpointError``.
    package static func open(_ url: URL, limits: CheckpointLimits) throws -> Checkpoint {
        let data: Data
        do {
            data = try Data(contentsOf: url, options: .mappedIfSafe)
        } catch {
            throw CheckpointError.unreadable(error.localizedDescription)
        }
        return try read(data, limits: limits)
    }

    /// Reads a checkpoint from memory.
    /// - Throws: ``CheckpointError``.
    package static func read(_ data: Data, limits: CheckpointLimits) throws -> Checkpoint {
        guard data.count <= limits.bytes else {
            throw CheckpointError.tooLarge(bytes: data.count, limit: limits.bytes)
        }
        guard let format = CheckpointFormat.of(data) else { throw CheckpointError.unknownFormat }
        switch format {
        case .safetensors: return try SafetensorsReader(data, limits: limits).checkpoint()
        }
    }
}

extension CheckpointFormat {
    /// A safetensors file begins with the length of a JSON object, which begins with a brace.
    static func of(_ data: Data) -> CheckpointFormat? {
        let start = data.startIndex
        return data.count > 8 && data[start + 8] == UInt8(ascii: "{") ? .safetensors : nil
    }
}
