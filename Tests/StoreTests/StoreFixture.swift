import Foundation
import GRDB
import Store
import TestSupport
import Testing

/// A store in a directory of its own, and what the tests do to it again and again.
struct StoreFixture {
    let directory: TemporaryDirectory
    let store: Store

    init() throws { try self.init(limits: .standard) }

    init(limits: StoreLimits) throws {
        directory = try TemporaryDirectory()
        store = try Store(directory: directory.url, limits: limits)
    }

    func upload(_ bytes: [UInt8]) throws -> Content {
        let upload = try store.beginUpload()
        try upload.write(bytes)
        return try upload.finish()
    }

    func enqueue() throws -> ExplanationRecord { try Self.enqueue(in: store) }

    /// An explanation of things that are not stored by this service, so that no video is needed.
    static func enqueue(in store: Store) throws -> ExplanationRecord {
        let outcome = try store.enqueue(
            request: #"{"samples":3}"#, videoID: "sample", modelID: "moving-shapes-sides", artefacts: [],
            idempotency: nil)
        guard case .created(let record) = outcome else { throw UnexpectedOutcome() }
        return record
    }

    func claim() throws -> ClaimedJob {
        try #require(try store.claim(worker: "test", lease: .seconds(60)))
    }

    /// A job that a worker has.
    func claimed() throws -> ClaimedJob {
        _ = try enqueue()
        return try claim()
    }

    /// Runs SQL beside the store without the rules that hold between tables.
    func tamperUnchecked(_ sql: String) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(
            path: directory.url.appending(path: "cinegrad.sqlite").path(percentEncoded: false),
            configuration: configuration)
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    /// Runs SQL beside the store, as damage and tampering do.
    func tamper(_ sql: String) throws {
        let queue = try DatabaseQueue(
            path: directory.url.appending(path: "cinegrad.sqlite").path(percentEncoded: false))
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    func query<Value: DatabaseValueConvertible>(_ sql: String) throws -> [Value] {
        try Self.query(directory.url, sql)
    }

    static func query<Value: DatabaseValueConvertible>(_ directory: URL, _ sql: String) throws -> [Value] {
        let queue = try DatabaseQueue(path: directory.appending(path: "cinegrad.sqlite").path(percentEncoded: false))
        defer { try? queue.close() }
        return try queue.read { try Value.fetchAll($0, sql: sql) }
    }
}

struct UnexpectedOutcome: Error {}

/// A map whose every value tells where it belongs.
func countingMap(kind: String, components: Int, frames: Int, height: Int, width: Int) throws -> MapRecord {
    try MapRecord(
        info: MapInfo(
            kind: kind, components: components, frames: frames, height: height, width: width, firstClipFrame: 1,
            scale: 0.5, statistics: #"{"mean":0}"#),
        values: (0..<components * frames * height * width).map { Float($0) - 7.5 })
}

/// A map of values whose bits no compressor finds a pattern in, the same each time.
func noiseMap(kind: String, components: Int, frames: Int, side: Int) throws -> MapRecord {
    var state: UInt64 = 1
    let values = (0..<components * frames * side * side).map { _ in
        // Knuth's MMIX generator; the upper bits are the good ones.
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(bitPattern: UInt32(truncatingIfNeeded: state >> 32))
    }
    return try MapRecord(
        info: MapInfo(
            kind: kind, components: components, frames: frames, height: side, width: side, firstClipFrame: 0, scale: 1,
            statistics: "{}"), values: values)
}
