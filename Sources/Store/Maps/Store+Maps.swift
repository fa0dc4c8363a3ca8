import Foundation
import GRDB

extension Store {
    package func mapInfo(explanation id: String, kind: String) throws -> MapInfo? {
        try read { try Self.mapInfo(id, kind, in: $0) }
    }

    /// The maps of an explanation, by kind.
    package func mapInfos(explanation id: String) throws -> [MapInfo] {
        try read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM maps WHERE explanation_id = ? ORDER BY kind", arguments: [id]
            ).map(MapInfo.init)
        }
    }

    /// One frame of a map, read without the others.
    /// - Parameter frame: of the map, from 0.
    /// - Returns: `[component, y, x]`; nil when there is no such map or frame.
    /// - Throws: ``StoreError/corrupt(_:)``
    package func mapFrame(explanation id: String, kind: String, frame: Int) throws -> [Float]? {
        let stored = try read { database -> (info: MapInfo, blob: Data?)? in
            guard let info = try Self.mapInfo(id, kind, in: database), (0..<info.frames).contains(frame) else {
                return nil
            }
            let blob = try Data.fetchOne(
                database, sql: "SELECT data FROM map_frames WHERE explanation_id = ? AND kind = ? AND frame = ?",
                arguments: [id, kind, frame])
            return (info, blob)
        }
        return try stored.map { stored in
            try Self.decode(stored.blob, stored.info, name: "frame \(frame) of the map \(kind) of \(id)")
        }
    }

    /// All values of a map.
    /// - Returns: `[component, frame, y, x]`; nil when there is no such map.
    /// - Throws: ``StoreError/corrupt(_:)``
    package func mapValues(explanation id: String, kind: String) throws -> [Float]? {
        let stored = try read { database -> (info: MapInfo, blobs: [Data])? in
            guard let info = try Self.mapInfo(id, kind, in: database) else { return nil }
            let blobs = try Data.fetchAll(
                database, sql: "SELECT data FROM map_frames WHERE explanation_id = ? AND kind = ? ORDER BY frame",
                arguments: [id, kind])
            return (info, blobs)
        }
        guard let (info, blobs) = stored else { return nil }
        guard blobs.count == info.frames else { throw StoreError.corrupt("the map \(kind) of \(id)") }
        var values = [Float](repeating: 0, count: info.frameCount * info.frames)
        for (frame, blob) in blobs.enumerated() {
            let decoded = try Self.decode(blob, info, name: "frame \(frame) of the map \(kind) of \(id)")
            for component in 0..<info.components {
                let start = (component * info.frames + frame) * info.plane
                let source = component * info.plane
                values.replaceSubrange(start..<start + info.plane, with: decoded[source..<source + info.plane])
            }
        }
        return values
    }

    private static func mapInfo(_ id: String, _ kind: String, in database: Database) throws -> MapInfo? {
        try Row.fetchOne(
            database, sql: "SELECT * FROM maps WHERE explanation_id = ? AND kind = ?", arguments: [id, kind]
        ).map(MapInfo.init)
    }

    private static func decode(_ blob: Data?, _ info: MapInfo, name: String) throws -> [Float] {
        guard let blob else { throw StoreError.corrupt(name) }
        var bits = [UInt32](repeating: 0, count: info.frameCount)
        try bits.withUnsafeMutableBytes { try Zstandard.decompress(blob, into: $0, name: name) }
        return bits.map { Float(bitPattern: UInt32(littleEndian: $0)) }
    }
}
