import Cine
import DICOM
import Foundation
import Models
import Pipelines
import Rendering
import Tensors
import Video

/// Where an explanation is written: `report.json`, for every map KIND `KIND.npy`, `KIND.png` (all frames), `KIND/0001.png` …, and figures, animations
/// and `explanation.npz`, which holds all numbers; of a DICOM object `saliency.dcm` and `report.dcm` too.
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

    /// - Parameters:
    ///   - channels: of the clip.
    ///   - video: the file that was explained.
    func write(
        _ explanation: Explanation, channels: InputContract.Channels, video: URL, limits: VideoLimits,
        pictures: PictureOptions.Plan
    ) throws {
        do {
            try writeNumbers(explanation, channels: channels)
            let material = try ComputedMaterial(explanation, channels: channels, video: video, limits: limits)
            try writePictures(of: explanation, material, pictures)
            try writeObjects(of: explanation, material, video: video, limits: limits)
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

    private func writeNumbers(_ explanation: Explanation, channels: InputContract.Channels) throws {
        for map in explanation.maps {
            try write("\(map.kind.rawValue).npy", NumPy.encode(map.values, shape: map.publicShape))
        }
        if let flow = explanation.flow?.displacements {
            try write("flow_field.npy", NumPy.encode(flow, shape: flow.shape))
        }
        try explanation.vectors?.write(to: root.appending(path: "vectors.json"))
        try explanation.trajectories?.write(to: root.appending(path: "trajectories.json"))
        try write(
            "explanation.npz",
            ArrayBundle(explanation, backgrounds: explanation.clip.backgrounds(network: channels)).bytes)
        try explanation.report.json(pretty: true).write(to: root.appending(path: "report.json"))
    }

    private func writePictures(
        of explanation: Explanation, _ material: ComputedMaterial, _ plan: PictureOptions.Plan
    ) throws {
        func book(zoom: Int) -> PictureBook {
            var look = plan.look
            look.zoom = plan.zoom ?? zoom
            return PictureBook(material, look: look)
        }
        for map in explanation.maps {
            let (subject, name) = (PictureSubject.map(map.kind), map.kind.rawValue)
            let directory = root.appending(path: name, directoryHint: .isDirectory)
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            for frame in 0..<map.frames {
                let clipFrame = frame + map.firstClipFrame
                try write(
                    "\(name)/" + String(format: "%04d.png", clipFrame), book(zoom: 4).png(subject, frame: clipFrame))
            }
            try write("\(name).png", book(zoom: map.frames > 1 ? 1 : 4).sheet(subject))
            guard map.frames > 1 else { continue }
            for format in plan.animations {
                try write(
                    "\(name).\(format.rawValue)", book(zoom: 4).animation(subject, format: format, rate: nil))
            }
        }
        let figures: [(subject: PictureSubject, name: String, isThere: Bool)] = [
            (.flow, "flow_field", explanation.flow != nil), (.vectors, "vectors", explanation.vectors != nil),
            (.trajectories, "trajectories", explanation.trajectories != nil),
        ]
        for figure in figures where figure.isThere {
            try write("\(figure.name).png", book(zoom: 3).sheet(figure.subject))
            for format in plan.animations {
                try write(
                    "\(figure.name).\(format.rawValue)",
                    book(zoom: 4).animation(figure.subject, format: format, rate: nil))
            }
        }
        try write("figure.png", book(zoom: 2).png(.figure, frame: max(material.facts.frames / 2, 1)))
        for format in plan.animations {
            try write("figure.\(format.rawValue)", book(zoom: 2).animation(.figure, format: format, rate: nil))
        }
        if explanation.report.timeline != nil {
            try write("timeline.png", book(zoom: 1).timeline(current: nil, width: 720))
        }
    }

    /// What goes back to the archive that a DICOM object came from: `saliency.dcm` and `report.dcm`. Of other videos, and of objects that don't say whose they
    /// are, nothing.
    private func writeObjects(
        of explanation: Explanation, _ material: ComputedMaterial, video: URL, limits: VideoLimits
    ) throws {
        guard try VideoProbe.probe(video, limits: limits).dicom != nil else { return }
        let report = try explanation.report.json(pretty: false)
        let header = try DICOMProbe.header(video, limits: limits)
        guard header.identity != nil else { return }
        // No other run has the same report: it tells how long everything took.
        let name = "local_\(FileDigest.sha256(of: report).prefix(22))"
        let maker = try ResultMaker(material, report: report, header: header, explanation: name, finished: Date())
        try write("saliency.dcm", maker.cine(map: nil, allFrames: false).file)
        try write("report.dcm", maker.report().file)
    }

    private func write(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: root.appending(path: name))
    }
}
