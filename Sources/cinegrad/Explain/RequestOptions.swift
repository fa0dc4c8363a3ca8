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

    @Option(
        help: ArgumentHelp(
            "Noise level as a part of the range of values, or JSON with one a component. Default: 0.1 in pixels, 0.02 in the decomposition.",
            valueName: "level"))
    var noise: String?

    @Option(help: "Of the noise. The same seed gives the same bits. Default: 1.")
    var seed: UInt64?

    @Option(help: ArgumentHelp("farneback (default) or dis.", valueName: "name"))
    var flow: String?

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

    @Option(
        name: .customLong("check"), parsing: .singleValue,
        help: ArgumentHelp("A control to run: randomisation (default) or none. May be repeated.", valueName: "name"))
    var checks: [String] = []

    /// - Throws: ``DocumentError``, as the service would.
    func request() throws -> ExplainRequest {
        var fields: [String] = []
        func text(_ name: String, _ value: String?) throws {
            guard let value else { return }
            fields.append("\"\(name)\":" + String(decoding: try JSONEncoder().encode(value), as: UTF8.self))
        }
        func number(_ name: String, _ value: (some BinaryInteger)?) {
            if let value { fields.append("\"\(name)\":\(value)") }
        }
        try text("method", method)
        try text("space", space)
        try text("flow", flow)
        try text("baseline", baseline)
        number("samples", samples)
        number("seed", seed)
        if let noise { fields.append("\"noise\":\(noise)") }
        if let target { fields.append("\"target\":" + (target == "predicted" ? "\"predicted\"" : target)) }
        if !checks.isEmpty {
            let names = checks.filter { $0 != "none" }
            fields.append("\"checks\":" + String(decoding: try JSONEncoder().encode(names), as: UTF8.self))
        }
        let body = "{\(fields.joined(separator: ","))}"
        // The same reader as the service's, so that both take and refuse the same.
        var request = try ExplainRequest(json: Data(body.utf8))
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
