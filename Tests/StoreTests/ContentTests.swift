import Foundation
import Store
import TestSupport
import Testing

@Suite struct ContentTests {
    private func files(_ directory: URL) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: directory.path(percentEncoded: false)).filter {
            $0.contains("/")
        }.filter { !$0.hasPrefix("content/") || $0.split(separator: "/").count == 3 }.sorted()
    }

    @Test func bytesAreStoredUnderTheirHash() throws {
        let fixture = try StoreFixture()
        let upload = try fixture.store.beginUpload()
        try upload.write(Array("ab".utf8))
        try upload.write(Array("c".utf8))
        #expect(upload.bytesWritten == 3)
        let content = try upload.finish()
        // FIPS 180-4, the example of one block.
        #expect(content.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(content.bytes == 3)
        #expect(content.url == fixture.store.contentURL(sha256: content.sha256))
        #expect(try Data(contentsOf: content.url) == Data("abc".utf8))
        #expect(try files(fixture.directory.url) == ["content/ba/" + content.sha256])
        #expect(throws: StoreError.uploadClosed) { try upload.write([1]) }
        #expect(throws: StoreError.uploadClosed) { try upload.finish() }
    }

    @Test func theSameBytesAreOneFileAndOneVideo() throws {
        let fixture = try StoreFixture()
        let first = try fixture.store.addVideo(try fixture.upload([1, 2]), facts: #"{"frames":1}"#)
        let again = try fixture.store.addVideo(try fixture.upload([1, 2]), facts: #"{"frames":2}"#)
        let other = try fixture.store.addVideo(try fixture.upload([1, 3]), facts: "{}")
        #expect(first.isNew && !again.isNew && other.isNew)
        #expect(first.record == again.record)
        #expect(first.record.facts == #"{"frames":1}"#)
        #expect(first.record.id != other.record.id)
        #expect(first.record.id.wholeMatch(of: /vid_[1-9A-HJ-NP-Za-km-z]{22}/) != nil)
        #expect(try files(fixture.directory.url).count == 2)
    }

    @Test func whatIsNotFinishedLeavesNothing() throws {
        let fixture = try StoreFixture()
        let cancelled = try fixture.store.beginUpload()
        try cancelled.write([1])
        cancelled.cancel()
        do {
            let dropped = try fixture.store.beginUpload()
            try dropped.write([2])
            #expect(try files(fixture.directory.url).count == 1)
        }
        #expect(try files(fixture.directory.url).isEmpty)
    }

    @Test func discardedContentGoesUnlessAVideoHasIt() throws {
        let fixture = try StoreFixture()
        try fixture.store.discard(try fixture.upload([1]))
        #expect(try files(fixture.directory.url).isEmpty)
        let kept = try fixture.store.addVideo(try fixture.upload([2]), facts: "{}").record
        try fixture.store.discard(try fixture.upload([2]))
        #expect(try Data(contentsOf: fixture.store.contentURL(sha256: kept.sha256)) == Data([2]))
    }

    @Test func contentWithoutARowGoesAtTheNextStart() throws {
        let directory = try TemporaryDirectory()
        var kept: VideoRecord?
        do {
            let store = try Store(directory: directory.url)
            for byte in [UInt8(1), 2] {
                let upload = try store.beginUpload()
                try upload.write([byte])
                let content = try upload.finish()
                if byte == 1 { kept = try store.addVideo(content, facts: "{}").record }
            }
        }
        let store = try Store(directory: directory.url)
        let video = try #require(kept)
        #expect(try store.video(id: video.id) == video)
        #expect(try files(directory.url) == ["content/\(video.sha256.prefix(2))/\(video.sha256)"])
    }

    @Test func bytesUploadedAgainWhileTheirVideoIsDeletedStay() throws {
        let fixture = try StoreFixture()
        let first = try fixture.store.addVideo(try fixture.upload([1]), facts: "{}").record
        let again = try fixture.upload([1])
        #expect(try fixture.store.deleteVideo(id: first.id))
        #expect(try Data(contentsOf: again.url) == Data([1]))
        let second = try fixture.store.addVideo(again, facts: "{}")
        #expect(second.isNew && second.record.id != first.id)
    }

    @Test func aDeletedVideoIsGoneWithItsBytes() throws {
        let fixture = try StoreFixture()
        let video = try fixture.store.addVideo(try fixture.upload([1]), facts: "{}").record
        #expect(try fixture.store.deleteVideo(id: video.id))
        #expect(try !fixture.store.deleteVideo(id: video.id))
        #expect(try fixture.store.video(id: video.id) == nil)
        #expect(try files(fixture.directory.url).isEmpty)
    }

    @Test func aVideoInUseStaysUntilItsExplanationsAreOver() throws {
        let fixture = try StoreFixture()
        let video = try fixture.store.addVideo(try fixture.upload([1]), facts: "{}").record
        let outcome = try fixture.store.enqueue(
            request: "{}", videoID: video.id, modelID: "m", artefacts: [], idempotency: nil)
        guard case .created(let explanation) = outcome else { throw UnexpectedOutcome() }
        #expect(throws: StoreError.inUse(id: video.id)) { try fixture.store.deleteVideo(id: video.id) }
        let job = try fixture.claim()
        #expect(throws: StoreError.inUse(id: video.id)) { try fixture.store.deleteVideo(id: video.id) }
        #expect(try fixture.store.complete(job, result: "{}", maps: [], clip: nil, artefacts: []))
        #expect(try fixture.store.deleteVideo(id: video.id))
        #expect(try fixture.store.explanation(id: explanation.id)?.videoID == video.id)
        #expect(throws: StoreError.unknownVideo(id: video.id)) {
            try fixture.store.enqueue(request: "{}", videoID: video.id, modelID: "m", artefacts: [], idempotency: nil)
        }
    }

    @Test func pagesGiveEveryVideoOnceNewestFirst() throws {
        let fixture = try StoreFixture()
        let ids = try (0..<5).map { try fixture.store.addVideo(try fixture.upload([UInt8($0)]), facts: "{}").record.id }
        var (seen, cursor) = ([String](), String?.none)
        var sizes: [Int] = []
        repeat {
            let page = try fixture.store.videos(seenBy: .all, after: cursor, limit: 2)
            seen += page.records.map(\.id)
            sizes.append(page.records.count)
            cursor = page.next
        } while cursor != nil
        #expect(seen == ids.reversed())
        #expect(sizes == [2, 2, 1])
        #expect(throws: StoreError.invalidCursor) {
            try fixture.store.videos(seenBy: .all, after: "1; DROP TABLE videos", limit: 2)
        }
    }
}

@Suite struct ModelTests {
    @Test func theOrderOfAManifestsKeysSaysNothing() throws {
        let fixture = try StoreFixture()
        func add(_ manifest: String) throws -> (record: ModelRecord, isNew: Bool) {
            try fixture.store.addModel(
                name: "echo", checkpoint: try fixture.upload([1]), manifest: manifest, facts: "{}", owner: "")
        }
        let first = try add(#"{"a": {"c": [1, 2], "b": 0.5}, "d": "x"}"#)
        let again = try add(#"{"d":"x","a":{"b":0.5,"c":[1,2]}}"#)
        #expect(first.isNew && !again.isNew && again.record == first.record)
        #expect(throws: StoreError.nameTaken(name: "echo")) { try add(#"{"d":"x","a":{"b":0.5,"c":[2,1]}}"#) }
    }

    @Test func aNameBelongsToOneCheckpointAndManifest() throws {
        let fixture = try StoreFixture()
        func add(_ name: String, _ byte: UInt8, _ manifest: String) throws -> (record: ModelRecord, isNew: Bool) {
            try fixture.store.addModel(
                name: name, checkpoint: try fixture.upload([byte]), manifest: manifest, facts: #"{"a":1}"#, owner: "")
        }
        let first = try add("echo", 1, "{}")
        let again = try add("echo", 1, "{}")
        #expect(first.isNew && !again.isNew && first.record == again.record)
        #expect(throws: StoreError.nameTaken(name: "echo")) { try add("echo", 2, "{}") }
        #expect(throws: StoreError.nameTaken(name: "echo")) { try add("echo", 1, #"{"b":1}"#) }
        let twin = try add("twin", 1, "{}").record
        #expect(try fixture.store.models(seenBy: .all) == [twin, first.record])
        #expect(try fixture.store.model(name: "twin") == twin)
        #expect(try fixture.store.model(id: first.record.id) == first.record)
        // The checkpoint is the twin's too.
        #expect(try fixture.store.deleteModel(id: first.record.id))
        let file = fixture.store.contentURL(sha256: twin.sha256).path(percentEncoded: false)
        #expect(FileManager.default.fileExists(atPath: file))
        #expect(try fixture.store.deleteModel(id: twin.id))
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test func aModelInUseStays() throws {
        let fixture = try StoreFixture()
        let model = try fixture.store.addModel(
            name: "m", checkpoint: try fixture.upload([1]), manifest: "{}", facts: "{}", owner: ""
        ).record
        _ = try fixture.store.enqueue(
            request: "{}", videoID: "sample", modelID: model.id, artefacts: [], idempotency: nil)
        #expect(throws: StoreError.inUse(id: model.id)) { try fixture.store.deleteModel(id: model.id) }
        #expect(throws: StoreError.unknownModel(id: "mdl_1")) {
            try fixture.store.enqueue(
                request: "{}", videoID: "sample", modelID: "mdl_1", artefacts: [], idempotency: nil)
        }
    }
}
