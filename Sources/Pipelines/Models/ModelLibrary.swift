import Checkpoints
import Foundation
package import Models
package import Store
import Synchronization

/// The models that explanations may name: those that were uploaded, and the bundled ones.
package final class ModelLibrary: Sendable {
    /// A model that is ready to run.
    package struct Loaded: Sendable {
        package let id: String
        package let sha256: String
        package let network: Network
    }

    private let store: Store
    /// The networks used last; a network's memory is its parameters.
    private let recent = Mutex<[Loaded]>([])
    private static let recentLimit = 2

    package init(store: Store) { self.store = store }

    /// The id under which explanations by a model are filed: a stored model's id, a bundled one's name; nil for what does not exist.
    /// - Parameter name: an id or a name. Uploaded models win over bundled ones.
    package func id(of name: String) throws -> String? {
        if let record = try store.model(id: name) ?? store.model(name: name) { return record.id }
        return BundledModel(rawValue: name)?.rawValue
    }

    /// The manifest alone, without loading parameters.
    package func manifest(id: String) throws -> ModelManifest? {
        if let record = try store.model(id: id) { return try ModelManifest(json: Data(record.manifest.utf8)) }
        return try BundledModel(rawValue: id).map { try ModelManifest(json: Data($0.manifestJSON.utf8)) }
    }

    /// - Throws: ``ExplainError/unknownModel(_:)`` when it was deleted meanwhile.
    package func load(id: String) throws -> Loaded {
        if let loaded = recent.withLock({ $0.first { $0.id == id } }) { return loaded }
        let loaded: Loaded
        if let record = try store.model(id: id) {
            let network = try Network(
                ModelManifest(json: Data(record.manifest.utf8)),
                checkpoint: Checkpoint.open(
                    store.contentURL(sha256: record.sha256), limits: CheckpointLimits()))
            loaded = Loaded(id: id, sha256: record.sha256, network: network)
        } else if let bundled = BundledModel(rawValue: id) {
            loaded = Loaded(id: id, sha256: bundled.sha256, network: try bundled.load())
        } else {
            throw ExplainError.unknownModel(id)
        }
        recent.withLock { recent in
            recent.removeAll { $0.id == id }
            recent.append(loaded)
            if recent.count > Self.recentLimit { recent.removeFirst() }
        }
        return loaded
    }
}
