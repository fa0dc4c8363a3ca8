import Foundation
import GRDB
import Store
import TestSupport
import Testing

/// A second process on a data directory that a service runs on. Locks are between open files, so two stores in one process stand for two processes.
@Suite struct VisitTests {
    private func upload(_ store: Store, _ bytes: [UInt8]) throws -> Content {
        let upload = try store.beginUpload()
        try upload.write(bytes)
        return try upload.finish()
    }

    private func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path(percentEncoded: false)) }

    @Test func whatOneAddsOrRemovesTheOtherSees() throws {
        let directory = try TemporaryDirectory()
        let owner = try Store(directory: directory.url)
        let visitor = try Store.beside(directory.url)
        let model = try visitor.addModel(
            name: "m", checkpoint: upload(visitor, [1]), manifest: "{}", facts: "{}", owner: ""
        ).record
        #expect(try owner.models(seenBy: .all) == [model])
        #expect(exists(owner.contentURL(sha256: model.sha256)))
        _ = try owner.enqueue(request: "{}", videoID: "sample", modelID: model.id, artefacts: [], idempotency: nil)
        #expect(throws: StoreError.inUse(id: model.id)) { try visitor.deleteModel(id: model.id) }
        let job = try #require(try owner.claim(worker: "w", lease: .seconds(60)))
        #expect(try owner.complete(job, result: "{}", maps: [], clip: nil, artefacts: []))
        #expect(try visitor.deleteModel(id: model.id))
        #expect(try owner.model(id: model.id) == nil && !exists(owner.contentURL(sha256: model.sha256)))
    }

    @Test func contentThatTheOtherIsAboutToUseStays() throws {
        let directory = try TemporaryDirectory()
        let owner = try Store(directory: directory.url)
        let visitor = try Store.beside(directory.url)
        for (one, other) in [(owner, visitor), (visitor, owner)] {
            let first = try one.addModel(
                name: "a", checkpoint: upload(one, [7]), manifest: "{}", facts: "{}", owner: ""
            ).record
            var again: Content? = try upload(other, [7])
            #expect(try one.deleteModel(id: first.id))
            let url = one.contentURL(sha256: first.sha256)
            #expect(try Data(contentsOf: url) == Data([7]))
            // The same bytes a second time, given up: the first are held still.
            try one.discard(upload(one, [7]))
            #expect(try Data(contentsOf: url) == Data([7]))
            let second = try other.addModel(
                name: "b", checkpoint: #require(again), manifest: "{}", facts: "{}", owner: ""
            ).record
            again = nil
            #expect(exists(url))
            #expect(try one.deleteModel(id: second.id))
            #expect(!exists(url))
        }
    }

    @Test func aServiceThatStartsLeavesAlonePartsOfAVisitor() throws {
        let directory = try TemporaryDirectory()
        var owner: Store? = try Store(directory: directory.url)
        let visitor = try Store.beside(directory.url)
        let running = try visitor.beginUpload()
        try running.write([1])
        let finished = try upload(visitor, [2])
        withExtendedLifetime(owner) {}
        owner = nil
        owner = try Store(directory: directory.url)
        try running.write([3])
        let content = try running.finish()
        #expect(try Data(contentsOf: content.url) == Data([1, 3]))
        #expect(try Data(contentsOf: finished.url) == Data([2]))
        withExtendedLifetime(owner) {}
    }

    @Test func aDirectoryThatNobodyMadeIsMade() throws {
        let directory = try TemporaryDirectory()
        let url = directory.url.appending(path: "new")
        #expect(try Store.beside(url).models(seenBy: .all).isEmpty)
        // The second time nothing is to be made, so a service may have it.
        let owner = try Store(directory: url)
        #expect(try Store.beside(url).models(seenBy: .all).isEmpty)
        withExtendedLifetime(owner) {}
    }

    @Test func aNewerVersionsDirectoryIsRefused() throws {
        let directory = try TemporaryDirectory()
        do { _ = try Store(directory: directory.url) }
        let queue = try DatabaseQueue(
            path: directory.url.appending(path: "cinegrad.sqlite").path(percentEncoded: false))
        try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('M999')") }
        try queue.close()
        #expect(throws: StoreError.newerSchema) { try Store.beside(directory.url) }
    }
}
