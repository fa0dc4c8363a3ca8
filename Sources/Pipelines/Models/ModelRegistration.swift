import Checkpoints
package import Foundation
package import Models
package import Store
package import Tensors

/// A manifest and a checkpoint that make a network: everything that can be found out about the two before they are stored.
///
/// The checkpoint is bound to its architecture, every parameter once, and a dry run of shapes follows a clip through it. No code of the file runs.
package struct ModelRegistration: Sendable {
    package let manifest: ModelManifest
    package let facts: ModelFacts
    /// As it was sent.
    private let json: String

    /// - Parameters:
    ///   - json: the manifest.
    ///   - parallelism: for the facts.
    /// - Throws: `DocumentError`, `CheckpointError`, `ModelError`, `ShapeError`.
    package init(manifest json: Data, checkpoint url: URL, parallelism: Parallelism) throws {
        manifest = try ModelManifest(json: json)
        let file = try ModelFile.open(url, external: nil, limits: CheckpointLimits())
        facts = try ModelFacts(Network(manifest, file: file), file: file, parallelism: parallelism)
        self.json = String(decoding: json, as: UTF8.self)
    }

    /// Registers content that was uploaded; content that makes no model is given up.
    /// - Parameter owner: the id of a token; empty for a model that is everybody's to use.
    /// - Throws: as the initialiser; `StoreError`.
    package static func register(
        _ content: Content, manifest json: Data, in store: Store, owner: String, parallelism: Parallelism
    ) throws -> (record: ModelRecord, isNew: Bool) {
        do {
            let registration = try ModelRegistration(manifest: json, checkpoint: content.url, parallelism: parallelism)
            let name = registration.manifest.name
            guard BundledModel(rawValue: name) == nil else { throw StoreError.nameTaken(name: name) }
            return try store.addModel(
                name: name, checkpoint: content, manifest: registration.json, facts: registration.facts.json(),
                owner: owner)
        } catch {
            try store.discard(content)
            throw error
        }
    }
}
