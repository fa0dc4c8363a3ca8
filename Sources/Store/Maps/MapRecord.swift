import Foundation
import GRDB

/// What is known of a map without its values.
package struct MapInfo: Hashable, Sendable {
    package let kind: String
    /// Channels of a clip, or the two of a flow: x, then y.
    package let components: Int
    package let frames: Int
    package let height: Int
    package let width: Int
    /// The frame of the clip that the map's frame 0 belongs to.
    package let firstClipFrame: Int
    /// The magnitude that is drawn at full strength.
    package let scale: Double
    /// JSON text.
    package let statistics: String

    package init(
        kind: String, components: Int, frames: Int, height: Int, width: Int, firstClipFrame: Int, scale: Double,
        statistics: String
    ) {
        self.kind = kind
        self.components = components
        self.frames = frames
        self.height = height
        self.width = width
        self.firstClipFrame = firstClipFrame
        self.scale = scale
        self.statistics = statistics
    }

    init(row: Row) throws {
        kind = try row.decode(forColumn: "kind")
        components = try row.decode(forColumn: "components")
        frames = try row.decode(forColumn: "frames")
        height = try row.decode(forColumn: "height")
        width = try row.decode(forColumn: "width")
        firstClipFrame = try row.decode(forColumn: "first_clip_frame")
        scale = try row.decode(forColumn: "scale")
        statistics = try row.decode(forColumn: "statistics")
    }

    /// Values of one frame of one component.
    var plane: Int { height * width }
    /// Values of one frame.
    var frameCount: Int { components * plane }
}

/// A map on its way into the store, compressed frame by frame.
package struct MapRecord: Hashable, Sendable {
    package let info: MapInfo
    /// One per frame, of Float32 little-endian `[component, y, x]`.
    let blobs: [Data]

    /// Compresses a map; costs time, so do it before a transaction.
    /// - Parameter values: `[component, frame, y, x]`.
    /// - Throws: ``StoreError/invalidMap(kind:)`` when the number of values is another, or the scale is not a number.
    package init(info: MapInfo, values: [Float]) throws {
        guard info.components > 0, info.frames >= 0, info.height > 0, info.width > 0,
            info.components <= 65535, info.height <= 65535, info.width <= 65535,
            values.count == info.frameCount.multipliedReportingOverflow(by: info.frames).partialValue,
            info.scale.isFinite, info.firstClipFrame >= 0
        else { throw StoreError.invalidMap(kind: info.kind) }
        self.info = info
        blobs = try (0..<info.frames).map { frame in
            var bits: [UInt32] = []
            bits.reserveCapacity(info.frameCount)
            for component in 0..<info.components {
                let start = (component * info.frames + frame) * info.plane
                for value in values[start..<start + info.plane] { bits.append(value.bitPattern.littleEndian) }
            }
            return try bits.withUnsafeBytes(Zstandard.compress)
        }
    }

    func insert(explanation id: String, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO maps (explanation_id, kind, components, frames, height, width, first_clip_frame, scale,
                    statistics)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                id, info.kind, info.components, info.frames, info.height, info.width, info.firstClipFrame, info.scale,
                info.statistics,
            ])
        for (frame, blob) in blobs.enumerated() {
            try database.execute(
                sql: "INSERT INTO map_frames (explanation_id, kind, frame, data) VALUES (?, ?, ?, ?)",
                arguments: [id, info.kind, frame, blob])
        }
    }
}
