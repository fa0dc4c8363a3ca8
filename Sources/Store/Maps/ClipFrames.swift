import Foundation
import GRDB

/// The clip as the model saw it, in 8 bits: the background that maps are drawn on.
package struct ClipFrames: Hashable, Sendable {
    package let width: Int
    package let height: Int
    /// One per frame, of UInt8 `[y, x, RGB]`.
    let blobs: [Data]

    /// Compresses a clip; costs time, so do it before a transaction.
    /// - Parameter frames: UInt8 `[y, x, RGB]` each.
    /// - Throws: ``StoreError/invalidClip`` when there is no frame, or one has another size.
    package init(width: Int, height: Int, frames: [[UInt8]]) throws {
        guard (1...65535).contains(width), (1...65535).contains(height), !frames.isEmpty,
            frames.allSatisfy({ $0.count == width * height * 3 })
        else { throw StoreError.invalidClip }
        self.width = width
        self.height = height
        blobs = try frames.map { try $0.withUnsafeBytes(Zstandard.compress) }
    }

    func insert(explanation id: String, in database: Database) throws {
        try database.execute(
            sql: "INSERT INTO clips (explanation_id, frames, height, width) VALUES (?, ?, ?, ?)",
            arguments: [id, blobs.count, height, width])
        for (frame, blob) in blobs.enumerated() {
            try database.execute(
                sql: "INSERT INTO clip_frames (explanation_id, frame, data) VALUES (?, ?, ?)",
                arguments: [id, frame, blob])
        }
    }
}

extension Store {
    /// Frames and extents of the clip of an explanation; nil when none is stored.
    package func clipInfo(explanation id: String) throws -> (frames: Int, width: Int, height: Int)? {
        try read { try Self.clipInfo(id, in: $0) }
    }

    /// One frame of the clip of an explanation.
    /// - Returns: UInt8 `[y, x, RGB]`; nil when there is no such clip or frame.
    /// - Throws: ``StoreError/corrupt(_:)``
    package func clipFrame(
        explanation id: String, frame: Int
    ) throws -> (width: Int, height: Int, pixels: [UInt8])? {
        let stored = try read { database -> (info: (frames: Int, width: Int, height: Int), blob: Data?)? in
            guard let info = try Self.clipInfo(id, in: database), (0..<info.frames).contains(frame) else { return nil }
            let blob = try Data.fetchOne(
                database, sql: "SELECT data FROM clip_frames WHERE explanation_id = ? AND frame = ?",
                arguments: [id, frame])
            return (info, blob)
        }
        guard let (info, blob) = stored else { return nil }
        let name = "frame \(frame) of the clip of \(id)"
        guard let blob else { throw StoreError.corrupt(name) }
        var pixels = [UInt8](repeating: 0, count: info.width * info.height * 3)
        try pixels.withUnsafeMutableBytes { try Zstandard.decompress(blob, into: $0, name: name) }
        return (info.width, info.height, pixels)
    }

    private static func clipInfo(
        _ id: String, in database: Database
    ) throws -> (frames: Int, width: Int, height: Int)? {
        let row = try Row.fetchOne(database, sql: "SELECT * FROM clips WHERE explanation_id = ?", arguments: [id])
        return try row.map { row in
            (
                frames: try row.decode(forColumn: "frames"), width: try row.decode(forColumn: "width"),
                height: try row.decode(forColumn: "height")
            )
        }
    }
}
