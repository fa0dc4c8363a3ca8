import Cine
import Foundation
import Store
import Tensors
import Video

/// What is stored like a map beside the maps of a report.
package enum AuxiliaryMap: String, Hashable, Sendable, CaseIterable {
    /// Sampling flow `[2, T - 1, H, W]`, in pixels.
    case samplingFlow = "sampling_flow"
    /// First, middle and last frame of what the model saw as the first noisy sample, `[C, 3, H, W]`.
    case noisyFrames = "noisy_frames"
}

extension MapRecord {
    /// - Parameter scale: the magnitude that pictures show at full colour.
    init(_ map: AttributionMap, scale: Double) throws {
        try self.init(
            info: MapInfo(
                kind: map.kind.rawValue, components: map.components, frames: map.frames, height: map.height,
                width: map.width, firstClipFrame: map.firstClipFrame, scale: scale, statistics: "{}"),
            values: map.values.values)
    }
}

extension Explanation {
    func mapRecords() throws -> [MapRecord] {
        var records = try zip(maps, report.maps).map { map, report in try MapRecord(map, scale: report.scale) }
        if let flow {
            records.append(
                try MapRecord(
                    info: MapInfo(
                        kind: AuxiliaryMap.samplingFlow.rawValue, components: 2, frames: flow.pairs,
                        height: flow.height, width: flow.width, firstClipFrame: 1,
                        scale: report.fidelity?.displacement.percentile99 ?? 0, statistics: "{}"),
                    values: flow.displacements.values))
        }
        if let noisyClip {
            let frames = Self.telling(noisyClip)
            records.append(
                try MapRecord(
                    info: MapInfo(
                        kind: AuxiliaryMap.noisyFrames.rawValue, components: frames.shape[0], frames: frames.shape[1],
                        height: frames.shape[2], width: frames.shape[3], firstClipFrame: 0, scale: 1,
                        statistics: "{}"),
                    values: frames.values))
        }
        return records
    }

    /// First, middle and last frame: in the decomposition noise adds up from frame to frame.
    private static func telling(_ clip: Tensor) -> Tensor {
        let (channels, frames, area) = (clip.shape[0], clip.shape[1], clip.shape[2] * clip.shape[3])
        let chosen = [0, frames / 2, frames - 1]
        return clip.withUnsafeValues { values in
            Tensor(uninitialized: [channels, chosen.count, clip.shape[2], clip.shape[3]]) { kept in
                for channel in 0..<channels {
                    for (index, frame) in chosen.enumerated() {
                        let target = (channel * chosen.count + index) * area
                        let source = (channel * frames + frame) * area
                        _ = kept[target..<target + area].update(fromContentsOf: values[source..<source + area])
                    }
                }
            }
        }
    }
}
