import Foundation
import GRDB
import Store
import TestSupport
import Testing

/// DICOM objects, and the erasure of studies.
@Suite struct InstanceTests {
    private let fixture: StoreFixture
    private var store: Store { fixture.store }

    init() throws { fixture = try StoreFixture() }

    private func identifiers(_ instance: String, study: String = "1.2") -> InstanceIdentifiers {
        InstanceIdentifiers(study: study, series: "1.2.3", instance: instance, sopClass: "1.2.840")
    }

    private func add(
        _ bytes: [UInt8], _ identifiers: InstanceIdentifiers, facts: String = "{}", jobs: Int = 0
    ) throws -> InstanceOutcome {
        try store.addInstance(
            fixture.upload(bytes),
            NewInstance(identifiers: identifiers, facts: facts, videoFacts: #"{"frames":3}"#),
            explanations: (0..<jobs).map { index in
                NewExplanation(modelID: "moving-shapes-sides") { #"{"video":"\#($0)","seed":\#(index)}"# }
            })
    }

    @Test func anInstanceIsStoredOnceWithItsExplanations() throws {
        guard case .stored(let record, let explanations) = try add([1, 2, 3], identifiers("5"), jobs: 2) else {
            throw UnexpectedOutcome()
        }
        #expect(record.identifiers == identifiers("5") && record.bytes == 3)
        let video = try #require(record.videoID)
        #expect(try store.video(id: video)?.facts == #"{"frames":3}"#)
        #expect(explanations.count == 2)
        let queued = try #require(try store.explanation(id: explanations[1]))
        #expect(queued.request == #"{"video":"\#(video)","seed":1}"# && queued.videoID == video)
        let source = try #require(try store.source(explanation: explanations[0]))
        #expect(source.study == "1.2" && source.series == "1.2.3" && source.instance == "5")
        // Again: the same, and others that claim to be it.
        #expect(try add([1, 2, 3], identifiers("5"), jobs: 1) == .existing(record, isSame: true))
        #expect(try add([9], identifiers("5"), jobs: 1) == .existing(record, isSame: false))
        #expect(try store.explanationCounts()[.queued] == 2)
        #expect(try store.instances(study: "1.2") == [record])
    }

    @Test func aFullQueueStoresNothing() throws {
        let small = try StoreFixture(limits: StoreLimits(queued: 1, interruptions: 3))
        let content = try small.upload([1])
        let jobs = (0..<2).map { _ in NewExplanation(modelID: "moving-shapes-sides") { _ in "{}" } }
        #expect(throws: StoreError.queueFull(limit: 1, seconds: 10)) {
            try small.store.addInstance(
                content, NewInstance(identifiers: identifiers("1"), facts: "{}", videoFacts: "{}"), explanations: jobs)
        }
        #expect(try small.store.instance(uid: "1") == nil)
        #expect(try small.store.explanationCounts()[.queued] == 0)
        #expect(try small.store.videos(seenBy: .all, after: nil, limit: 9).records.isEmpty)
    }

    @Test func aVideoGoesWithItsInstanceAndTheOtherWayRound() throws {
        guard case .stored(let record, let explanations) = try add([4], identifiers("4"), jobs: 1) else {
            throw UnexpectedOutcome()
        }
        let job = try fixture.claim()
        #expect(try store.fail(job, code: "a", message: "b"))
        #expect(try store.deleteVideo(id: #require(record.videoID)))
        #expect(try store.instance(uid: "4") == nil)
        #expect(!FileManager.default.fileExists(atPath: store.contentURL(sha256: record.sha256).path))
        // What was made from it is still known by its study.
        #expect(try store.source(explanation: explanations[0])?.instance == "4")
        #expect(try store.eraseStudy("1.2", seenBy: .all))
        #expect(try store.explanation(id: explanations[0]) == nil)
    }

    @Test func erasureTakesEverythingOfAStudyAndNothingElse() throws {
        guard
            case .stored(let mine, let first) = try add([1], identifiers("1"), facts: #"{"a":"marker-4711"}"#, jobs: 3),
            case .stored(let other, let second) = try add([2], identifiers("2", study: "9.9"), jobs: 1)
        else { throw UnexpectedOutcome() }
        // One has succeeded with maps, one runs, one waits.
        let done = try fixture.claim()
        let map = try countingMap(kind: "pixels", components: 2, frames: 3, height: 4, width: 5)
        #expect(
            try store.complete(
                done, result: JobResult { _ in #"{"b":"marker-4712"}"# }, maps: [map], clip: nil, artefacts: []))
        let running = try fixture.claim()
        #expect(try store.eraseStudy("1.2", seenBy: .all))
        #expect(try !store.eraseStudy("1.2", seenBy: .all))
        for id in first { #expect(try store.explanation(id: id) == nil) }
        #expect(try store.instance(uid: "1") == nil && store.video(id: #require(mine.videoID)) == nil)
        #expect(!FileManager.default.fileExists(atPath: store.contentURL(sha256: mine.sha256).path))
        // The worker finds out, and cannot bring it back.
        #expect(store.isCancelAsked(running))
        #expect(
            try store.heartbeat(running, completed: 1, total: 2, stage: nil, partial: nil, lease: .seconds(9)) == .lost)
        #expect(
            try !store.complete(running, result: JobResult { _ in "{}" }, maps: [], clip: nil, artefacts: []))
        // The other study is as it was.
        #expect(try store.instance(uid: "2") == other)
        #expect(try store.explanation(id: second[0])?.state == .queued)
        #expect(FileManager.default.fileExists(atPath: store.contentURL(sha256: other.sha256).path))
        // No trace on the disk.
        for name in ["cinegrad.sqlite", "cinegrad.sqlite-wal"] {
            let bytes = try Data(contentsOf: fixture.directory.url.appending(path: name))
            for marker in ["marker-4711", "marker-4712"] { #expect(bytes.range(of: Data(marker.utf8)) == nil) }
        }
    }

    @Test func objectsOfAnOlderDatabaseBecomeKnown() throws {
        let directory = try TemporaryDirectory()
        do { _ = try Store(directory: directory.url) }
        let file = directory.url.appending(path: "cinegrad.sqlite").path(percentEncoded: false)
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file + suffix) }
        let old = try DatabaseQueue(path: file)
        let facts =
            #"{"dicom":{"study":"1.2","series":"1.3","instance":"1.4","sop_class":"1.5","modality":"US"},"frames":3}"#
        let hash = String(repeating: "a", count: 64)
        try old.write { database in
            try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            try database.execute(sql: String(contentsOf: TestSupport.fixture("schema/v1.sql"), encoding: .utf8))
            try database.execute(
                sql: """
                    CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
                    INSERT INTO grdb_migrations VALUES ('M001');
                    INSERT INTO videos (id, sha256, bytes, facts, created_at) VALUES ('vid_1', '\(hash)', 7, '\(facts)', 1);
                    INSERT INTO videos (id, sha256, bytes, facts, created_at)
                    VALUES ('vid_2', '\(hash.dropLast())b', 8, '{"frames":1}', 2);
                    INSERT INTO explanations (id, state, request, video_id, model_id, created_at, position)
                    VALUES ('exp_1', 'queued', '{}', 'vid_1', 'm', 1, 1);
                    """)
        }
        try old.close()
        let store = try Store(directory: directory.url)
        let record = try #require(try store.instance(uid: "1.4"))
        #expect(
            record.identifiers == InstanceIdentifiers(study: "1.2", series: "1.3", instance: "1.4", sopClass: "1.5"))
        #expect(record.videoID == "vid_1" && record.bytes == 7)
        #expect(record.facts.contains(#""modality":"US""#))
        #expect(try store.source(explanation: "exp_1")?.series == "1.3")
        #expect(try store.instances(study: "1.2").count == 1)
    }
}
