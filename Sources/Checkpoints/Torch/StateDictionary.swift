import Foundation
import Tensors

/// The named tensors of an unpickled file: what `module.state_dict()` returns, by itself or among a training's other values.
struct StateDictionary {
    /// Where trainings put it.
    private static let places = ["state_dict", "model_state_dict", "model", "weights"]
    /// How many of them may lie within each other, as in `{"model": {"state_dict": …}}`.
    private static let deepest = 3

    private let tensors: [(name: String, tensor: TensorReference)]

    /// - Throws: ``CheckpointError``.
    init(_ root: PickleValue, limits: CheckpointLimits) throws {
        guard let root = root.container(.dictionary) else {
            throw CheckpointError.noStateDictionary(found: root.kind)
        }
        tensors = try Self.tensors(of: Self.find(in: root))
        guard tensors.count <= limits.tensors else { throw CheckpointError.tooManyTensors(limit: limits.tensors) }
    }

    /// At one of the places, else the root itself, else the only dictionary of tensors in it. A training may keep tensors of its own beside
    /// the parameters (a best loss), so a named place comes before the root.
    private static func find(in root: PickleContainer) throws -> PickleContainer {
        let named = candidates(in: root, depth: 1)
        if let only = try single(named) { return only }
        if holdsTensors(root) { return root }
        let others = root.entries.compactMap { entry in
            entry.value.container(.dictionary).flatMap { holdsTensors($0) ? (entry.key.text ?? "?", $0) : nil }
        }
        if let only = try single(others) { return only }
        let keys = root.entries.prefix(8).compactMap(\.key.text).joined(separator: ", ")
        throw CheckpointError.noStateDictionary(found: "a dictionary without tensors (\(keys))")
    }

    private static func candidates(in dictionary: PickleContainer, depth: Int) -> [(String, PickleContainer)] {
        places.flatMap { place -> [(String, PickleContainer)] in
            guard let found = dictionary.value(for: place)?.container(.dictionary) else { return [] }
            let inner = depth < deepest ? candidates(in: found, depth: depth + 1) : []
            if !inner.isEmpty { return inner.map { ("\(place).\($0)", $1) } }
            return holdsTensors(found) ? [(place, found)] : []
        }
    }

    private static func single(_ found: [(name: String, dictionary: PickleContainer)]) throws -> PickleContainer? {
        guard found.count <= 1 else {
            let names = found.prefix(8).map(\.name).joined(separator: ", ")
            throw CheckpointError.noStateDictionary(found: "several dictionaries of tensors (\(names))")
        }
        return found.first?.dictionary
    }

    private static func holdsTensors(_ dictionary: PickleContainer) -> Bool {
        dictionary.entries.contains {
            guard case .tensor = $0.value else { return false }
            return true
        }
    }

    private static func tensors(of dictionary: PickleContainer) throws -> [(name: String, tensor: TensorReference)] {
        var tensors: [(name: String, tensor: TensorReference)] = []
        for entry in dictionary.entries {
            guard case .tensor(let tensor) = entry.value else { continue }
            guard let name = entry.key.text else {
                throw CheckpointError.badTensor(
                    tensor: "number \(tensors.count)", reason: "its name is \(entry.key.kind), not a text")
            }
            tensors.append((name, tensor))
        }
        return tensors
    }

    /// - Parameter storage: gives all bytes of a storage, of the length that the reference states; the name is for its errors.
    /// - Throws: ``CheckpointError``, and what `storage` throws.
    func checkpoint(
        format: CheckpointFormat, order: ByteOrder, storage: (_ tensor: String, StorageReference) throws -> Data
    ) throws -> Checkpoint {
        Checkpoint(
            format: format,
            tensors: try tensors.map { name, tensor in
                guard let element = tensor.type.element else {
                    throw CheckpointError.unsupportedType(tensor: name, type: tensor.type.rawValue)
                }
                let layout = try Self.layout(of: tensor, name: name)
                let bytes = try storage(name, tensor.storage)
                return StoredTensor(name: name, element: element, order: order, layout: layout, storage: bytes)
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
