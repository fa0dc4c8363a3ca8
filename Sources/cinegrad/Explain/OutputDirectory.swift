import Cine
import Foundation
import Models
import Pipelines
import Rendering
import Tensors
import Video

/// Where an explanation is written: `report.json`, and for every map KIND `KIND.npy`, `KIND.png` (all frames) and `KIND/0001.png` …
struct OutputDirectory {
    private let root: URL
    /// As it was given.
    private let path: String

    /// Made before the work begins, so that a wrong path is found early.
    init(_ path: String) throws {
        root = URL(fileURLWithPath: path, isDirectory: true)
        self.path = path
        do {
            try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        } catch {
            throw Failure(
                code: "output.unwritable",
                message: "the directory \(path) cannot be made: \(Self.reason(error)); choose another with --output")
        }
        guard FileManager.default.isWritableFile(atPath: root.path) else {
            throw Failure(
                code: "output.unwritable",
                message: "this user may not write to the directory \(path); choose another with --output")
        }
    }

    func write(_ explanation: Explanation, channels: InputContract.Channels) throws {
        do {
            try writeFiles(explanation, channels: channels)
        } catch let error as CocoaError {
            throw Failure(
                code: "output.unwritable", message: "the results cannot be written to \(path): \(Self.reason(error))")
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileWriteFileExists: "a file is in its place"
        case .fileWriteNoPermission: "this user may not write there"
        case .fileWriteOutOfSpace: "no space is left"
        case .fileWriteVolumeReadOnly: "what is there is read-only"
        default: "the file system does not take it"
        }
    }

    private func writeFiles(_ explanation: Explanation, channels: InputContract.Channels) throws {
        let clip = explanation.clip.clip
        let backgrounds = explanation.clip.backgrounds(network: channels).map {
            RGBImage(width: clip.width, height: clip.height, pixels: $0)
        }
        for (map, report) in zip(explanation.maps, explanation.report.maps) {
            let name = map.kind.rawValue
            try Data(NumPy.encode(map.values, shape: map.publicShape)).write(to: root.appending(path: "\(name).npy"))
            let frames = (0..<map.frames).map { frame in
                MapPainter.Frame(
                    components: map.components(ofFrame: frame), width: map.width, height: map.height,
                    background: backgrounds[frame + map.firstClipFrame])
            }
            var look = MapPainter.Look.standard
            let painter = {
                MapPainter(
                    kind: map.kind, scale: report.scale, look: look, subject: explanation.report.provenance.video.id)
            }
            let directory = root.appending(path: name, directoryHint: .isDirectory)
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            for (index, frame) in frames.enumerated() {
                let clipFrame = index + map.firstClipFrame
                try Data(painter().png(frame, clipFrame: clipFrame))
                    .write(to: directory.appending(path: String(format: "%04d.png", clipFrame)))
            }
            look.zoom = map.frames > 1 ? 1 : look.zoom
            try Data(painter().sheet(frames, firstClipFrame: map.firstClipFrame))
                .write(to: root.appending(path: "\(name).png"))
        }
        if let flow = explanation.flow?.displacements {
            try Data(NumPy.encode(flow, shape: flow.shape)).write(to: root.appending(path: "flow_field.npy"))
        }
        try explanation.vectors?.write(to: root.appending(path: "vectors.json"))
        try explanation.trajectories?.write(to: root.appending(path: "trajectories.json"))
        try explanation.report.json(pretty: true).write(to: root.appending(path: "report.json"))
    }
}
