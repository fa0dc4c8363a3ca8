import ArgumentParser
import Attribution
import Foundation
import Models
import Motion
import Pipelines
import Video

/// The fields of a request as options; the names are those of the HTTP interface.
struct RequestOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The output to differentiate, as JSON: \"predicted\" (default), {\"output\": 7}, {\"label\": \"…\"}, {\"difference\": [1, 2]}, {\"atan2\": [1, 0]}.",
            valueName: "json"))
    var target: String?

    @Option(
        help: ArgumentHelp(
            "\(MethodName.allCases.map(\.rawValue).joined(separator: ", ")). Default: smoothgrad.", valueName: "name"))
    var method: String?

    @Option(help: ArgumentHelp("pixels or decomposition (default): first frame, flow, residual.", valueName: "name"))
    var space: String?

    @Option(help: "Noisy copies, or steps of integrated gradients. Default: 50.")
    var samples: Int?

    @Option(
        help: ArgumentHelp(
            "What integrated gradients compare with: still (default), the first frame standing still, or black.",
            valueName: "name"))
    var baseline: String?

    @Option(help: ArgumentHelp("The layer of gradcam. Default: the last one.", valueName: "name"))
    var layer: String?

    @Option(
        help: ArgumentHelp(
            "Noise level as a part of the range of values, or JSON with one a component. Default: 0.1 in pixels, 0.02 in the decomposition.",
            valueName: "level"))
    var noise: String?

    @Option(help: "Of the noise. The same seed gives the same bits. Default: 1.")
    var seed: UInt64?

    @Option(
        help: ArgumentHelp(
            "Ends sampling when the mean gradient's relative standard error is no larger, such as 0.05. Default: all samples.",
            valueName: "part"))
    var tolerance: Double?

    @Option(
        help: ArgumentHelp(
            "farneback (default), dis, zero (the control), JSON with parameters such as {\"dis\": {\"preset\": \"fast\"}}, or a .npy file with sampling flow [2, T - 1, H, W].",
            valueName: "name-or-file"))
    var flow: String?

    @Option(help: ArgumentHelp("Flow vectors to list. Default: 100.", valueName: "count"))
    var vectors: Int?

    @Option(help: ArgumentHelp("Trajectories to list. Default: 20.", valueName: "count"))
    var trajectories: Int?

    @Option(help: ArgumentHelp("Frames of a trajectory. Default: 10.", valueName: "count"))
    var trajectoryFrames: Int?

    @Option(help: ArgumentHelp("First frame of the clip, from 0. Default: 0.", valueName: "frame"))
    var clipStart: Int?

    @Option(help: ArgumentHelp("Frames of the clip. Default: the model's.", valueName: "count"))
    var clipFrames: Int?

    @Option(help: ArgumentHelp("Every period-th frame is taken. Default: the model's.", valueName: "period"))
    var clipPeriod: Int?

    @Option(
        help: ArgumentHelp(
            "What stands for frames that a short video does not have: refuse (default), repeat_last or black.",
            valueName: "name"))
    var clipPadding: String?

    @Flag(help: "Explain the whole video by windows of the model's length that slide over it.")
    var windows = false

    @Option(
        help: ArgumentHelp(
            "Frames from the start of one window to the next; means --windows. Default: half a window.",
            valueName: "frames"))
    var windowStride: Int?

    @Option(
        help: ArgumentHelp(
            "Frames that a window shares with the one before, in place of a stride; means --windows.",
            valueName: "frames"))
    var windowOverlap: Int?

    @Option(help: ArgumentHelp("Windows at most; means --windows. Default: all.", valueName: "count"))
    var windowCount: Int?

    @Option(
        name: .customLong("check"), parsing: .singleValue,
        help: ArgumentHelp(
            "A control to run: \(ExplainRequest.Check.allCases.map(\.rawValue).joined(separator: ", ")) or none. May be repeated. Default: all.",
            valueName: "name"))
    var checks: [String] = []

    /// The file that `--flow` names; nil when it names an estimator.
    func givenFlow() throws -> GivenFlow? {
        guard let flow, flow.hasSuffix(".npy") else { return nil }
        let file = try InputFile.url(flow, kind: "a .npy")
        return try GivenFlow(npy: Data(contentsOf: file), sha256: FileDigest.sha256(of: file))
    }

    /// - Throws: ``DocumentError``, as the service would.
    func request(_ givenFlow: GivenFlow?) throws -> ExplainRequest {
        var fields: [String] = []
        func text(_ name: String, _ value: String?) throws {
            guard let value else { return }
            fields.append("\"\(name)\":" + String(decoding: try JSONEncoder().encode(value), as: UTF8.self))
        }
        // Each is parsed alone first: a value brings no other fields along.
        func json(_ name: String, _ value: String?, expected: String) throws {
            guard let value else { return }
            guard (try? JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed)) != nil else {
                throw DocumentError(path: name, reason: "expected \(expected), not \(value)")
            }
            fields.append("\"\(name)\":\(value)")
        }
        func number(_ name: String, _ value: (some BinaryInteger)?) {
            if let value { fields.append("\"\(name)\":\(value)") }
        }
        try text("method", method)
        try text("space", space)
        if let flow, givenFlow == nil {
            if flow.hasPrefix("{") {
                try json("flow", flow, expected: "farneback, dis, or JSON")
            } else {
                try text("flow", flow)
            }
        }
        try text("baseline", baseline)
        try text("layer", layer)
        number("samples", samples)
        number("seed", seed)
        if let tolerance { fields.append("\"tolerance\":\(tolerance)") }
        if let vectors { fields.append("\"vectors\":{\"count\":\(vectors)}") }
        if trajectories != nil || trajectoryFrames != nil {
            let options = [trajectories.map { "\"count\":\($0)" }, trajectoryFrames.map { "\"window\":\($0)" }]
            fields.append("\"trajectories\":{\(options.compactMap { $0 }.joined(separator: ","))}")
        }
        try json("noise", noise, expected: "a number, or JSON such as {\"first_frame\": 0.02, \"flow\": 0.01}")
        try json(
            "target", target == "predicted" ? "\"predicted\"" : target,
            expected: "predicted, or JSON such as {\"output\": 7} or {\"label\": \"4 sides\"}")
        if !checks.isEmpty {
            let names = checks.filter { $0 != "none" }
            fields.append("\"checks\":" + String(decoding: try JSONEncoder().encode(names), as: UTF8.self))
        }
        let body = "{\(fields.joined(separator: ","))}"
        // The same reader as the service's, so that both take and refuse the same.
        var request = try ExplainRequest(json: Data(body.utf8))
        if let givenFlow { request.flow = .given(sha256: givenFlow.sha256) }
        if windows || windowStride != nil || windowOverlap != nil || windowCount != nil {
            var options = WindowOptions()
            (options.stride, options.overlap, options.count) = (windowStride, windowOverlap, windowCount)
            request.windows = options
        }
        request.clip.start = clipStart
        request.clip.frames = clipFrames
        request.clip.period = clipPeriod
        request.clip.padding = try clipPadding.map { name in
            guard let padding = ClipPadding(rawValue: name) else {
                let known = ClipPadding.allCases.map(\.rawValue).joined(separator: ", ")
                throw DocumentError(path: "clip.padding", reason: "\(name) is not known: one of \(known)")
            }
            return padding
        }
        return request
    }
}
