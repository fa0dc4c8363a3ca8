import Attribution
package import Foundation
import Models
import Motion
import Video

extension ExplainRequest: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case video, model, clip, windows, target, method, space, samples, baseline, layer, noise, seed, tolerance, flow,
            vectors,
            trajectories, checks
        case isDryRun = "dry_run"
    }

    /// Reads a request; unknown fields and `null` are refused.
    /// - Throws: ``DocumentError``.
    package init(json: Data) throws {
        do {
            self = try JSONDecoder().decode(ExplainRequest.self, from: json)
        } catch {
            throw DocumentError(error)
        }
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.closedContainer(keyedBy: CodingKeys.self)
        video = try fields.decodeIfPresent(String.self, forKey: .video)
        model = try fields.decodeIfPresent(String.self, forKey: .model)
        clip = try fields.decodeIfPresent(ClipSelection.self, forKey: .clip) ?? ClipSelection()
        windows = try fields.decodeIfPresent(WindowOptions.self, forKey: .windows)
        target = try fields.decodeIfPresent(Target.self, forKey: .target)
        method = try fields.decodeName(.method)
        space = try fields.decodeName(.space)
        samples = try fields.wholeNumber(Int.self, forKey: .samples)
        baseline = try fields.decodeName(.baseline)
        layer = try fields.decodeIfPresent(String.self, forKey: .layer)
        noise = try fields.decodeIfPresent(Noise.self, forKey: .noise)
        seed = try fields.wholeNumber(UInt64.self, forKey: .seed)
        tolerance = try fields.decodeIfPresent(Double.self, forKey: .tolerance)
        flow = try fields.decodeIfPresent(FlowChoice.self, forKey: .flow)
        vectors = try fields.decodeIfPresent(VectorOptions.self, forKey: .vectors)
        trajectories = try fields.decodeIfPresent(TrajectoryOptions.self, forKey: .trajectories)
        checks = try fields.decodeIfPresent([String].self, forKey: .checks).map { names in
            try names.enumerated().map { index, name in
                guard let check = Check(rawValue: name) else {
                    throw DocumentError(
                        path: "checks[\(index)]",
                        reason: "expected one of \(Check.allCases.map(\.rawValue).joined(separator: ", "))")
                }
                return check
            }
        }
        isDryRun = try fields.decodeIfPresent(Bool.self, forKey: .isDryRun) ?? false
    }

    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encodeIfPresent(video, forKey: .video)
        try fields.encodeIfPresent(model, forKey: .model)
        if clip != ClipSelection() { try fields.encode(clip, forKey: .clip) }
        try fields.encodeIfPresent(windows, forKey: .windows)
        try fields.encodeIfPresent(target, forKey: .target)
        try fields.encodeIfPresent(method?.rawValue, forKey: .method)
        try fields.encodeIfPresent(space?.rawValue, forKey: .space)
        try fields.encodeIfPresent(samples, forKey: .samples)
        try fields.encodeIfPresent(baseline?.rawValue, forKey: .baseline)
        try fields.encodeIfPresent(layer, forKey: .layer)
        try fields.encodeIfPresent(noise, forKey: .noise)
        try fields.encodeIfPresent(seed, forKey: .seed)
        try fields.encodeIfPresent(tolerance, forKey: .tolerance)
        try fields.encodeIfPresent(flow, forKey: .flow)
        try fields.encodeIfPresent(vectors, forKey: .vectors)
        try fields.encodeIfPresent(trajectories, forKey: .trajectories)
        try fields.encodeIfPresent(checks, forKey: .checks)
        if isDryRun { try fields.encode(true, forKey: .isDryRun) }
    }
}

extension KeyedDecodingContainer {
    /// One of a closed list of names, or nothing.
    /// - Throws: ``DocumentError`` that lists the names.
    func decodeName<Name: RawRepresentable & CaseIterable>(_ key: Key) throws -> Name?
    where Name.RawValue == String {
        guard let text = try decodeIfPresent(String.self, forKey: key) else { return nil }
        guard let name = Name(rawValue: text) else {
            let known = Name.allCases.map(\.rawValue).joined(separator: ", ")
            throw DocumentError(path: (codingPath + [key]).dotted, reason: "\(text) is not known: one of \(known)")
        }
        return name
    }
}

extension ExplainRequest.ClipSelection: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case start, frames, period, padding }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.closedContainer(keyedBy: CodingKeys.self)
        start = try fields.wholeNumber(Int.self, forKey: .start)
        frames = try fields.wholeNumber(Int.self, forKey: .frames)
        period = try fields.wholeNumber(Int.self, forKey: .period)
        padding = try fields.decodeName(.padding)
    }

    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encodeIfPresent(start, forKey: .start)
        try fields.encodeIfPresent(frames, forKey: .frames)
        try fields.encodeIfPresent(period, forKey: .period)
        try fields.encodeIfPresent(padding?.rawValue, forKey: .padding)
    }
}

extension ExplainRequest.Noise: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case pixels, flow, error
        case firstFrame = "first_frame"
    }

    package init(from decoder: any Decoder) throws {
        if let level = try? decoder.singleValueContainer().decode(Double.self) {
            self = .uniform(level)
            return
        }
        guard (try? decoder.container(keyedBy: CodingKeys.self)) != nil else {
            let known = CodingKeys.allCases.map(\.rawValue).joined(separator: ", ")
            throw DocumentError(
                path: decoder.codingPath.dotted,
                reason: "expected a level, such as 0.02, or an object with levels of \(known)")
        }
        let fields = try decoder.closedContainer(keyedBy: CodingKeys.self)
        self = .perComponent(
            pixels: try fields.decodeIfPresent(Double.self, forKey: .pixels),
            firstFrame: try fields.decodeIfPresent(Double.self, forKey: .firstFrame),
            flow: try fields.decodeIfPresent(Double.self, forKey: .flow),
            error: try fields.decodeIfPresent(Double.self, forKey: .error))
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .uniform(let level):
            var single = encoder.singleValueContainer()
            try single.encode(level)
        case .perComponent(let pixels, let firstFrame, let flow, let error):
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encodeIfPresent(pixels, forKey: .pixels)
            try fields.encodeIfPresent(firstFrame, forKey: .firstFrame)
            try fields.encodeIfPresent(flow, forKey: .flow)
            try fields.encodeIfPresent(error, forKey: .error)
        }
    }
}
