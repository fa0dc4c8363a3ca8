import Cine
package import Foundation
import Video
package import Store
package import Tensors

/// Everything of an explanation in one `.npz` file: each map and array as an array of its name, the clip as bytes `[T, H, W, RGB]`, and the report, the
/// vectors and the trajectories as JSON.
package struct ArrayBundle {
    private var archive = NumPyArchive()

    package init() {}

    /// - Parameter shape: in which it is handed out.
    /// - Throws: `NumPyError.tooLarge`.
    package mutating func add(_ name: String, _ values: Tensor, shape: Shape) throws {
        try archive.add("\(name).npy", NumPy.encode(values, shape: shape))
    }

    /// - Parameter frames: UInt8 `[y, x, RGB]` each.
    package mutating func add(clip frames: [[UInt8]], height: Int, width: Int) throws {
        try archive.add(
            "clip.npy", NumPy.encode(bytes: Array(frames.joined()), shape: [frames.count, height, width, 3]))
    }

    package mutating func add(document name: String, _ json: Data) throws {
        try archive.add("\(name).json", [UInt8](json))
    }

    package var bytes: [UInt8] { archive.archive }
}

extension ArrayBundle {
    /// Of a stored explanation.
    /// - Parameter report: its JSON.
    /// - Throws: `StoreError`, `NumPyError`.
    package init(stored id: String, report: String, in store: Store) throws {
        let facts = try PictureFacts(report: Data(report.utf8))
        for info in try store.mapInfos(explanation: id) {
            guard let values = try store.mapValues(explanation: id, kind: info.kind) else { continue }
            let stored: Shape = [info.components, info.frames, info.height, info.width]
            let handedOut = facts.maps.first { $0.kind.rawValue == info.kind }.map { Shape($0.shape) }
            try add(info.kind, Tensor(shape: stored, values: values), shape: handedOut ?? stored)
        }
        if let clip = try store.clipInfo(explanation: id) {
            let frames = try (0..<clip.frames).compactMap { try store.clipFrame(explanation: id, frame: $0)?.pixels }
            try add(clip: frames, height: clip.height, width: clip.width)
        }
        for name in [Artefact.Name.vectors, .trajectories] {
            if let data = try store.artefact(explanation: id, name: name) { try add(document: name.rawValue, data) }
        }
        try add(document: "report", Data(report.utf8))
    }

    /// Of one that was just computed.
    /// - Parameter backgrounds: the clip's frames, UInt8 `[y, x, RGB]` each.
    package init(_ explanation: Explanation, backgrounds: [[UInt8]]) throws {
        for map in explanation.maps { try add(map.kind.rawValue, map.values, shape: map.publicShape) }
        if let flow = explanation.flow?.displacements {
            try add(AuxiliaryMap.samplingFlow.rawValue, flow, shape: flow.shape)
        }
        let clip = explanation.clip.clip
        try add(clip: backgrounds, height: clip.height, width: clip.width)
        if let vectors = explanation.vectors { try add(document: "vectors", vectors) }
        if let trajectories = explanation.trajectories { try add(document: "trajectories", trajectories) }
        try add(document: "report", explanation.report.json(pretty: false))
    }
}
