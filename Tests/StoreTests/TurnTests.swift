import Store
import Testing

/// In which order jobs are taken.
struct TurnTests {
    private let fixture: StoreFixture
    private var store: Store { fixture.store }

    init() throws { fixture = try StoreFixture() }

    private func enqueue(_ owner: String, _ priority: JobPriority = .normal) throws -> String {
        let outcome = try store.enqueue(
            request: "{}", videoID: "v", modelID: "m", artefacts: [], idempotency: nil, owner: owner,
            priority: priority)
        guard case .created(let record) = outcome, record.priority == priority else { throw UnexpectedOutcome() }
        return record.id
    }

    private func claimAll() throws -> [String] {
        var ids: [String] = []
        while let job = try store.claim(worker: "w", lease: .seconds(3600)) { ids.append(job.id) }
        return ids
    }

    @Test func eachOwnerHasItsTurn() throws {
        let many = try (0..<4).map { _ in try enqueue("a") }
        let few = try (0..<2).map { _ in try enqueue("b") }
        let one = try enqueue("c")
        #expect(try claimAll() == [many[0], few[0], one, many[1], few[1], many[2], many[3]])
        // Who was served last waits for who was not, whoever asked first.
        let (again, new) = (try enqueue("a"), try enqueue("d"))
        #expect(try claimAll() == [new, again])
    }

    @Test func higherPrioritiesGoFirst() throws {
        let low = try enqueue("a", .low)
        let normal = try (0..<2).map { _ in try enqueue("a") }
        let high = try (0..<2).map { _ in try enqueue("b", .high) }
        #expect(try claimAll() == [high[0], high[1], normal[0], normal[1], low])
    }

    /// Any queue: what is told of a job's place is how many are taken before it.
    @Test(arguments: 0..<20) func placesAreThoseOfTheOrder(_ seed: Int) throws {
        var state = UInt64(seed) &* 2_654_435_761 &+ 1
        func random(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        // Turns that were taken before.
        for _ in 0..<random(4) { _ = try enqueue(["a", "b", "c"][random(3)]) }
        _ = try claimAll()
        let ids = try (0..<12).map { _ in
            try enqueue(["a", "b", "c", "d"][random(4)], JobPriority.allCases[random(3)])
        }
        let places = try Dictionary(
            uniqueKeysWithValues: ids.map { ($0, try #require(try store.queuePosition(explanation: $0))) })
        #expect(try claimAll().map { places[$0] } == Array(0..<ids.count))
        #expect(try store.queuePosition(explanation: ids[0]) == nil)
    }

    @Test func nobodyFillsTheQueueAlone() throws {
        let fixture = try StoreFixture(limits: StoreLimits(queued: 4, queuedPerOwner: 2, interruptions: 16))
        func enqueue(_ owner: String) throws {
            _ = try fixture.store.enqueue(
                request: "{}", videoID: "v", modelID: "m", artefacts: [], idempotency: nil, owner: owner)
        }
        for _ in 0..<2 { try enqueue("a") }
        #expect(throws: StoreError.shareFull(limit: 2, seconds: 10)) { try enqueue("a") }
        try enqueue("b")
        // What runs waits no more.
        #expect(try fixture.store.claim(worker: "w", lease: .seconds(3600)) != nil)
        try enqueue("a")
        // Nobody in particular has all places that are left.
        try enqueue("")
        #expect(throws: StoreError.queueFull(limit: 4, seconds: 10)) { try enqueue("") }
    }

    @Test func aFullQueueTellsHowLongAPlaceTakes() throws {
        let fixture = try StoreFixture(limits: StoreLimits(queued: 1, interruptions: 16))
        for _ in 0..<3 {
            _ = try fixture.enqueue()
            let job = try fixture.claim()
            #expect(try fixture.store.complete(job, result: "{}", maps: [], clip: nil, artefacts: []))
        }
        _ = try fixture.enqueue()
        #expect(throws: StoreError.queueFull(limit: 1, seconds: 1)) { try fixture.enqueue() }
        try fixture.tamper(
            "UPDATE explanations SET started_at = finished_at - 90000 * sequence WHERE state = 'succeeded'")
        // 90, 180 and 270 seconds.
        #expect(throws: StoreError.queueFull(limit: 1, seconds: 180)) { try fixture.enqueue() }
        try fixture.tamper("UPDATE explanations SET started_at = 0 WHERE state = 'succeeded'")
        #expect(throws: StoreError.queueFull(limit: 1, seconds: 3600)) { try fixture.enqueue() }
    }
}
