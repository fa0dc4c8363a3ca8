import Autodiff
import Foundation
import Models
import Pipelines
import Store
import Tensors
import TestSupport
import Testing

/// Which networks stay in memory.
@Suite struct ModelLibraryTests {
    private static let manifest = """
        "architecture": {"family": "r2plus1d", "channels": [6, 8, 12, 16], "blocks": [1, 1, 1, 1], "stem": 5},
        "task": "regression", "input": {"frames": 8, "height": 32, "width": 40}}
        """

    private func upload(_ store: Store) throws -> Content {
        let upload = try store.beginUpload()
        try upload.write([UInt8](Data(contentsOf: fixture("checkpoints/tiny.safetensors"))))
        return try upload.finish()
    }

    private func register(_ name: String, licence: String, _ store: Store) throws -> ModelRecord {
        try ModelRegistration.register(
            upload(store), manifest: Data(#"{"name": "\#(name)", "licence": "\#(licence)", \#(Self.manifest)"#.utf8),
            in: store, owner: "", parallelism: .single
        ).record
    }

    /// Of the tiny network's parameters, as they are held.
    private func tinyBytes(_ store: Store, _ record: ModelRecord) throws -> Int {
        try ModelLibrary(store: store, cacheBytes: 0).load(id: record.id).network.cost(parallelism: .single)
            .parameterBytes
    }

    @Test("A budget of bytes decides, and the one that was used longest ago goes first")
    func budget() throws {
        let directory = try TemporaryDirectory()
        let store = try Store(directory: directory.url)
        let tiny = try register("a", licence: "x", store)
        let bytes = try tinyBytes(store, tiny)
        let bundled = try BundledModel.sides.load().cost(parallelism: .single).parameterBytes

        let library = ModelLibrary(store: store, cacheBytes: bytes + bundled)
        _ = try library.load(id: tiny.id)
        #expect(library.cached == (1, bytes))
        _ = try library.load(id: BundledModel.sides.rawValue)
        _ = try library.load(id: tiny.id)
        #expect(library.cached == (2, bytes + bundled))
        // There is no room for a third, and the tiny one was used after the bundled one.
        _ = try library.load(id: BundledModel.angle.rawValue)
        #expect(library.cached.networks == 2 && library.cached.bytes < bytes + bundled)
        let meter = WorkMeter()
        _ = try meter.measuring { try library.load(id: tiny.id) }
        #expect(meter.peakBytes == 0, "it was in memory")
        _ = try meter.measuring { try library.load(id: BundledModel.sides.rawValue) }
        #expect(meter.peakBytes > 0, "it was loaded again")
    }

    @Test("A network larger than the budget is loaded for each use, and pushes no other out")
    func tooLarge() throws {
        let directory = try TemporaryDirectory()
        let store = try Store(directory: directory.url)
        let tiny = try register("a", licence: "x", store)
        let bundled = try BundledModel.angle.load().cost(parallelism: .single).parameterBytes
        let bytes = try tinyBytes(store, tiny)
        #expect(bytes < bundled)
        let library = ModelLibrary(store: store, cacheBytes: bytes)
        _ = try library.load(id: tiny.id)
        _ = try library.load(id: BundledModel.angle.rawValue)
        #expect(library.cached == (1, bytes))
    }

    @Test("Models are told apart by the hashes of what they are made of, not by name")
    func hashes() throws {
        let directory = try TemporaryDirectory()
        let store = try Store(directory: directory.url)
        let first = try register("a", licence: "x", store)
        let library = ModelLibrary(store: store, cacheBytes: 1 << 20)
        _ = try library.load(id: first.id)
        #expect(try store.deleteModel(id: first.id))
        #expect(throws: ExplainError.unknownModel(first.id)) { try library.load(id: first.id) }
        // The same manifest and checkpoint again is another record of the same network.
        let again = try register("a", licence: "x", store)
        #expect(again.id != first.id)
        #expect(try library.load(id: again.id).id == again.id)
        #expect(library.cached.networks == 1)
        _ = try library.load(id: register("a2", licence: "x", store).id)
        #expect(library.cached.networks == 2, "another manifest may read the checkpoint otherwise")
    }
}
