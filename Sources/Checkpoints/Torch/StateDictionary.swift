import Foundation
import Tensors

/// The named tensors of an unpickled file: what `module.state_dict()` returns, by itself or among a training's other values.
struct StateDictionary {
    /// Where trainings put it.
    private static let places = ["state_dict", "model_state_dict", "model", "weights"]
    private static let longestName = 1000

    private let tensors: [(name: String, tensor: TensorReference)]

    /// - Throws: ``CheckpointError``.
    init(_ root: PickleValue, limits: CheckpointLimits) throws {
        guard let root = root.container(.dictionary) else {
            throw CheckpointError.noStateDictionary(found: root.kind)
        }
        tensors = try Self.tensors(of: Self.find(in: root))
        guard tensors.count <= limits.tensors else { throw CheckpointError.tooManyTensors(limit: limits.tensors) }
    }

    private static func find(in root: PickleContainer) throws -> PickleContainer {
        if holdsTensors(root) { return root }
        let found = places.filter { root.value(for: $0)?.container(.dictionary).map(holdsTensors) ?? false }
        guard found.count <= 1 else {
            throw CheckpointError.noStateDictionary(found: "several of them (\(found.joined(separator: ", ")))")
        }
        guard let dictionary = found.first.flatMap({ root.value(for: $0)?.container(.dictionary) }) else {
            let keys = root.entries.prefix(8).compactMap(\.key.text).joined(separator: ", ")
            throw CheckpointError.noStateDictionary(found: "a dictionary without tensors (\(keys))")
        }
        return dictionary
    }

    private static func holdsTensors(_ dictionary: PickleContainer) -> Bool {
        dictionary.entries.contains {
            guard case .tensor = $0.value else { return false }
            return true
        }
    }

    private static func tensors(of dictionary: PickleContainer) throws -> [(name: String, tensor: TensorReference)] {
        var names = Set<String>()
        var tensors: [(name: String, tensor: TensorReference)] = []
        for entry in dictionary.entries {
            guard case .tensor(let tensor) = entry.value else { continue }
            guard let name = entry.key.text, name.utf8.count <= longestName else {
                throw CheckpointError.badTensor(
                    tensor: "number \(tensors.count)", reason: "its name is no text of at most \(longestName) bytes")
            }
            guard names.insert(name).inserted else {
                throw CheckpointError.badTensor(tensor: name, reason: "the name occurs twice")
            }
            tensors.append((name, tensor))
        }
        return tensors
    }

    /// - Parameter storage: gives all bytes of a storage, of the length that the reference states; the name is for its errors.
    /// - Throws: ``CheckpointError``, and what `storage` throws.
    func checkpoint(
        format: CheckpointFormat, storage: (_ tensor: String, StorageReference) throws -> Data
    ) throws -> Checkpoint {
        Checkpoint(
            format: format,
            tensors: try tensors.map { name, tensor in
                guard let element = tensor.type.element else {
                    throw CheckpointError.unsupportedType(tensor: name, type: tensor.type.rawValue)
                }
                let layout = try Self.layout(of: tensor, name: name)
                let bytes = try storage(name, tensor.storage)
                return StoredTensor(name: name, element: element, layout: layout, storage: bytes)
            })
    }

    private static func layout(of tensor: TensorReference, name: String) throws -> StridedLayout {
        var view = tensor.storage.view
        if tensor.storage.type == .untyped {
            // Its elements are bytes; the tensor counts in its own.
            view = view.lowerBound / tensor.type.bytes..<view.upperBound / tensor.type.bytes
        } else if tensor.type != tensor.storage.type {
            throw CheckpointError.badTensor(
                tensor: name,
                reason: "it has elements of \(tensor.type.rawValue) in a storage of \(tensor.storage.type.rawValue)")
        }
        do {
            return try StridedLayout(
                extents: tensor.extents, strides: tensor.strides, offset: tensor.offset, storage: view)
        } catch let refusal as StridedLayout.Refusal {
            throw CheckpointError.badTensor(tensor: name, reason: refusal.description)
        }
    }
}
