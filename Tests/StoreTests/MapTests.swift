import Foundation
import Store
import TestSupport
import Testing

@Suite struct MapTests {
    private func finished(_ maps: [MapRecord], clip: ClipFrames?) throws -> (fixture: StoreFixture, id: String) {
        let fixture = try StoreFixture()
        let id = try fixture.enqueue().id
        #expect(try fixture.store.complete(try fixture.claim(), result: "{}", maps: maps, clip: clip, artefacts: []))
        return (fixture, id)
    }

    @Test func aMapComesBackBitByBit() throws {
        let odd: [Float] = [.infinity, -.infinity, -0.0, .leastNonzeroMagnitude, 1e38, .nan, .pi, -1]
        let info = MapInfo(
            kind: "flow", components: 2, frames: 1, height: 2, width: 2, firstClipFrame: 1, scale: 0.25,
            statistics: #"{"max":1}"#)
        let (fixture, id) = try finished([try MapRecord(info: info, values: odd)], clip: nil)
        #expect(try fixture.store.mapInfo(explanation: id, kind: "flow") == info)
        #expect(try fixture.store.mapInfos(explanation: id) == [info])
        #expect(try fixture.store.mapValues(explanation: id, kind: "flow")?.map(\.bitPattern) == odd.map(\.bitPattern))
    }

    @Test func oneFrameIsTheSliceOfTheWhole() throws {
        let (c, t, h, w) = (3, 4, 5, 6)
        let map = try countingMap(kind: "pixels", components: c, frames: t, height: h, width: w)
        let (fixture, id) = try finished([map], clip: nil)
        let whole = try #require(try fixture.store.mapValues(explanation: id, kind: "pixels"))
        #expect(whole == (0..<c * t * h * w).map { Float($0) - 7.5 })
        for frame in 0..<t {
            let slice = (0..<c).flatMap { component in
                let start = (component * t + frame) * h * w
                return Array(whole[start..<start + h * w])
            }
            #expect(try fixture.store.mapFrame(explanation: id, kind: "pixels", frame: frame) == slice)
        }
        for frame in [-1, t] {
            #expect(try fixture.store.mapFrame(explanation: id, kind: "pixels", frame: frame) == nil)
        }
        #expect(try fixture.store.mapValues(explanation: id, kind: "flow") == nil)
    }

    @Test func aMapMayHaveNoFrames() throws {
        let (fixture, id) = try finished(
            [try countingMap(kind: "flow", components: 2, frames: 0, height: 2, width: 2)], clip: nil)
        #expect(try fixture.store.mapValues(explanation: id, kind: "flow") == [])
    }

    @Test(arguments: [
        "UPDATE map_frames SET data = x'00' WHERE frame = 1",
        "UPDATE map_frames SET data = x'' WHERE frame = 1",
        "UPDATE map_frames SET data = substr(data, 1, length(data) - 5) WHERE frame = 1",
        // A byte of values that did not compress, found by nothing but the checksum.
        "UPDATE map_frames SET data = CAST(substr(data, 1, 40) || x'5a' || substr(data, 42) AS BLOB) WHERE frame = 1",
        "UPDATE map_frames SET data = (SELECT data FROM map_frames WHERE kind = 'small') WHERE frame = 1",
        "DELETE FROM map_frames WHERE frame = 1",
    ])
    func damageIsReported(sql: String) throws {
        let (fixture, id) = try finished(
            [
                try noiseMap(kind: "pixels", components: 3, frames: 2, side: 8),
                try countingMap(kind: "small", components: 1, frames: 1, height: 2, width: 2),
            ], clip: nil)
        try fixture.tamper(sql)
        #expect(throws: StoreError.corrupt("frame 1 of the map pixels of \(id)")) {
            try fixture.store.mapFrame(explanation: id, kind: "pixels", frame: 1)
        }
        #expect(throws: StoreError.self) { try fixture.store.mapValues(explanation: id, kind: "pixels") }
        #expect(throws: Never.self) { try fixture.store.mapFrame(explanation: id, kind: "pixels", frame: 0) }
    }

    @Test func valuesMustFitTheExtents() {
        func map(count: Int, scale: Double, height: Int) throws -> MapRecord {
            try MapRecord(
                info: MapInfo(
                    kind: "pixels", components: 1, frames: 1, height: height, width: 2, firstClipFrame: 0, scale: scale,
                    statistics: "{}"), values: [Float](repeating: 0, count: count))
        }
        for (count, scale, height) in [(3, 1.0, 2), (4, .nan, 2), (4, .infinity, 2), (0, 1, 0), (4, 1, -2)] {
            #expect(throws: StoreError.invalidMap(kind: "pixels")) {
                try map(count: count, scale: scale, height: height)
            }
        }
        #expect(throws: Never.self) { try map(count: 4, scale: 1, height: 2) }
    }

    @Test func theClipIsStoredWithTheResult() throws {
        let frames = [[UInt8]](repeating: (0..<12).map { UInt8($0) }, count: 1) + [(0..<12).map { 255 - UInt8($0) }]
        let (fixture, id) = try finished([], clip: try ClipFrames(width: 2, height: 2, frames: frames))
        let info = try #require(try fixture.store.clipInfo(explanation: id))
        #expect((info.frames, info.width, info.height) == (2, 2, 2))
        for (index, pixels) in frames.enumerated() {
            let frame = try #require(try fixture.store.clipFrame(explanation: id, frame: index))
            #expect((frame.width, frame.height, frame.pixels) == (2, 2, pixels))
        }
        #expect(try fixture.store.clipFrame(explanation: id, frame: 2) == nil)
        try fixture.tamper("UPDATE clip_frames SET data = x'0102' WHERE frame = 0")
        #expect(throws: StoreError.corrupt("frame 0 of the clip of \(id)")) {
            try fixture.store.clipFrame(explanation: id, frame: 0)
        }
        #expect(throws: StoreError.invalidClip) { try ClipFrames(width: 2, height: 2, frames: [[1, 2]]) }
        #expect(throws: StoreError.invalidClip) { try ClipFrames(width: 2, height: 2, frames: []) }
    }

    @Test func aResultWithTwoMapsOfOneKindStoresNothing() throws {
        let fixture = try StoreFixture()
        let id = try fixture.enqueue().id
        let map = try countingMap(kind: "pixels", components: 1, frames: 1, height: 2, width: 2)
        let job = try fixture.claim()
        #expect(throws: StoreError.self) {
            try fixture.store.complete(job, result: "{}", maps: [map, map], clip: nil, artefacts: [])
        }
        #expect(try fixture.store.explanation(id: id)?.state == .running)
        #expect(try fixture.store.mapInfos(explanation: id).isEmpty)
    }

    @Test func deletingGivesTheSpaceBack() throws {
        let map = try noiseMap(kind: "flow", components: 2, frames: 1, side: 64)
        let clip = try ClipFrames(width: 1, height: 1, frames: [[1, 2, 3]])
        let (fixture, id) = try finished([map], clip: clip)
        let before = try #require((try fixture.query("PRAGMA page_count") as [Int]).first)
        #expect(try fixture.store.deleteExplanation(id: id))
        #expect(try !fixture.store.deleteExplanation(id: id))
        let after = try #require((try fixture.query("PRAGMA page_count") as [Int]).first)
        #expect(after <= before - 8)
        #expect(try fixture.query("PRAGMA freelist_count") == [0])
        for table in ["explanations", "maps", "map_frames", "clips", "clip_frames"] {
            #expect(try fixture.query("SELECT count(*) FROM \(table)") == [0], "\(table)")
        }
    }
}
