import Autodiff
import Checkpoints
import Foundation
package import Models
package import Store
import Synchronization
import Tensors

/// The models that explanations may name: those that were uploaded, and the bundled ones.
///
/// Networks that were used last stay in memory, as many as a budget of bytes holds.
package final class ModelLibrary: Sendable {
    /// A model that is ready to run.
    package struct Loaded: Sendable {
        package let id: String
        package let sha256: String
        package let network: Network
    }

    /// What makes a network: models of other names may be the same one.
    private struct Key: Hashable, Sendable {
        let sha256: String
        /// As it was sent: the same checkpoint may be read in more than one way.
        let manifest: String
    }

    private struct Entry: Sendable {
        let key: Key
        let network: Network
        /// Of its parameters, as they are held.
        let bytes: Int
    }

    private let store: Store
    /// Bytes of parameters that are kept.
    private let cacheBytes: Int
    /// Those used last, last.
    private let recent = Mutex<[Entry]>([])
    /// Held while a network is loaded, so that several who want the same one load it once.
    private let loading = Mutex(())

    /// - Parameter cacheBytes: of the parameters of networks that stay in memory; a network that is larger is loaded for each use.
    package init(store: Store, cacheBytes: Int) {
        self.store = store
        self.cacheBytes = cacheBytes
    }

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

    /// Deletes a model that was uploaded; a network of it that is in memory is used no more.
    /// - Parameter name: an id or a name.
    /// - Returns: its name.
    /// - Throws: ``ExplainError/unknownModel(_:)``, `StoreError`; `Failure` for a bundled one.
    package static func remove(_ name: String, from store: Store) throws -> String {
        guard let record = try store.model(id: name) ?? store.model(name: name) else {
            guard BundledModel(rawValue: name) == nil else {
                throw Failure(code: "model.bundled", message: "the model \(name) is built in and stays")
            }
            throw ExplainError.unknownModel(name)
        }
        guard try store.deleteModel(id: record.id) else { throw ExplainError.unknownModel(name) }
        return record.name
    }

    /// - Throws: ``ExplainError/unknownModel(_:)`` when it was deleted meanwhile.
    package func load(id: String) throws -> Loaded {
        if let record = try store.model(id: id) {
            let network = try network(Key(sha256: record.sha256, manifest: record.manifest)) {
                try Network(
                    ModelManifest(json: Data(record.manifest.utf8)),
                    file: ModelFile.open(
                        store.contentURL(sha256: record.sha256), external: nil, limits: CheckpointLimits()))
            }
            return Loaded(id: id, sha256: record.sha256, network: network)
        }
        guard let bundled = BundledModel(rawValue: id) else { throw ExplainError.unknownModel(id) }
        let sha256 = bundled.sha256
        let network = try network(Key(sha256: sha256, manifest: bundled.manifestJSON)) { try bundled.load() }
        return Loaded(id: id, sha256: sha256, network: network)
    }

    /// How many networks are in memory, and how many bytes their parameters take.
    package var cached: (networks: Int, bytes: Int) {
        recent.withLock { ($0.count, $0.reduce(0) { $0 + $1.bytes }) }
    }

    private func network(_ key: Key, load: () throws -> Network) throws -> Network {
        if let network = use(key) { return network }
        return try loading.withLock { _ in
            // Who waited may find it loaded.
            if let network = use(key) { return network }
            let network = try load()
            keep(
                Entry(key: key, network: network, bytes: try network.cost(parallelism: .single).parameterBytes))
            return network
        }
    }

    /// A network that is in memory, which becomes the last one used.
    private func use(_ key: Key) -> Network? {
        recent.withLock { recent in
            guard let index = recent.firstIndex(where: { $0.key == key }) else { return nil }
            let entry = recent.remove(at: index)
            recent.append(entry)
            return entry.network
        }
    }

    private func keep(_ entry: Entry) {
        recent.withLock { recent in
            guard entry.bytes <= cacheBytes else { return }
            recent.append(entry)
            var bytes = recent.reduce(0) { $0 + $1.bytes }
            while bytes > cacheBytes { bytes -= recent.removeFirst().bytes }
        }
    }
}
