import Foundation
import Store
import Testing

/// To whom things belong.
struct OwnerTests {
    private let fixture: StoreFixture
    private var store: Store { fixture.store }

    init() throws { fixture = try StoreFixture() }

    private func video(_ bytes: [UInt8], of owner: String) throws -> VideoRecord {
        try store.addVideo(try fixture.upload(bytes), facts: "{}", owner: owner).record
    }

    @Test func theSameBytesAreAVideoOfEachOwner() throws {
        let (first, again, second) = (try video([1], of: "a"), try video([1], of: "a"), try video([1], of: "b"))
        #expect(first == again && first.id != second.id && first.sha256 == second.sha256)
        #expect(try store.deleteVideo(id: first.id))
        // The file is one, and stays while a video refers to it.
        let file = store.contentURL(sha256: second.sha256).path
        #expect(FileManager.default.fileExists(atPath: file))
        #expect(try store.deleteVideo(id: second.id))
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test func listsHoldWhatTheViewerSees() throws {
        let (mine, others, nobodys) = (try video([1], of: "a"), try video([2], of: "b"), try video([3], of: ""))
        let explanations = try ["a", "b", ""].map { try explanation(of: $0) }
        let evaluations = try ["a", "b", ""].map { try store.addEvaluation(plan: "{}", total: 1, owner: $0).id }
        let views: [(Viewer, [Int])] = [
            (.owner("a"), [0]), (.owner("b"), [1]), (.owner("c"), []), (.owner(""), [2]), (.all, [2, 1, 0]),
        ]
        for (viewer, seen) in views {
            let videos = try store.videos(seenBy: viewer, after: nil, limit: 9).records.map(\.id)
            #expect(videos == seen.map { [mine, others, nobodys][$0].id }, "\(viewer)")
            #expect(
                try store.explanations(
                    seenBy: viewer, state: nil, video: nil, model: nil, source: .any, after: nil, limit: 9
                ).records
                    .map(\.id) == seen.map { explanations[$0] }, "\(viewer)")
            #expect(
                try store.evaluations(seenBy: viewer, after: nil, limit: 9).records.map(\.id)
                    == seen.map { evaluations[$0] }, "\(viewer)")
            for index in 0..<3 {
                let standing: Standing = seen.contains(index) ? .own : .foreign
                let ids = [[mine, others, nobodys][index].id, explanations[index], evaluations[index]]
                for (kind, id) in zip([OwnedKind.video, .explanation, .evaluation], ids) {
                    #expect(try store.standing(of: viewer, to: kind, id: id) == standing, "\(viewer) \(kind)")
                }
            }
        }
        for kind in OwnedKind.allCases { #expect(try store.standing(of: .all, to: kind, id: "none") == nil) }
    }

    private func explanation(of owner: String, key: String? = nil) throws -> String {
        let outcome = try store.enqueue(
            request: "{}", videoID: "v", modelID: "m", artefacts: [],
            idempotency: key.map { (key: $0, fingerprint: "f") }, owner: owner)
        switch outcome {
        case .created(let record), .existing(let record): return record.id
        case .conflict: throw UnexpectedOutcome()
        }
    }

    @Test func eachOwnerHasKeysOfItsOwn() throws {
        let first = try explanation(of: "a", key: "k")
        #expect(try explanation(of: "b", key: "k") != first)
        #expect(try explanation(of: "a", key: "k") == first)
    }

    @Test func modelsOfNobodyAreShared() throws {
        func model(_ name: String, of owner: String) throws -> ModelRecord {
            try store.addModel(
                name: name, checkpoint: try fixture.upload([1]), manifest: "{}", facts: "{}", owner: owner
            ).record
        }
        let (mine, nobodys) = (try model("mine", of: "a"), try model("shared", of: ""))
        for name in [mine.id, "mine"] {
            #expect(try store.standing(of: .owner("a"), to: .model, id: name) == .own)
            #expect(try store.standing(of: .owner("b"), to: .model, id: name) == .foreign)
        }
        #expect(try store.standing(of: .owner("b"), to: .model, id: "shared") == .shared)
        #expect(try store.standing(of: .all, to: .model, id: "shared") == .own)
        #expect(try store.models(seenBy: .owner("b")) == [nobodys])
        #expect(try store.models(seenBy: .owner("a")) == [nobodys, mine])
        // Names are one list for all.
        #expect(throws: StoreError.nameTaken(name: "mine")) { try model("mine", of: "b") }
    }

    @Test func whatWasThereBeforeBelongsToNobody() throws {
        let columns: [String] = try fixture.query(
            "SELECT name FROM pragma_table_info('explanations') WHERE dflt_value = ''''''")
        #expect(columns == ["owner"])
    }
}
