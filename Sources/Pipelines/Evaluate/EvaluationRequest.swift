package import Attribution
import Evaluation
package import Foundation
import Models

/// A request to evaluate, as a client writes it; every field has a default.
package struct EvaluationRequest: Hashable, Sendable {
    /// An id or a name; nil for both bundled models.
    package var model: String?
    package var examples: Int?
    package var seed: UInt64?
    /// Of the clips, in grey levels.
    package var noise: Double?
    package var whiteDistractors, staticDistractors: Int?
    package var methods: [MethodName]?
    package var samples, margin, curveClips: Int?
    /// Whether it is the self-test of the bundled models, for which nothing else can be chosen.
    package private(set) var isSelfTest = false

    /// - Throws: `DocumentError`
    package init(json: Data) throws {
        do {
            self = try JSONDecoder().decode(Self.self, from: json)
        } catch {
            throw DocumentError(error)
        }
    }

    /// With defaults filled in, for models that are there.
    /// - Throws: `DocumentError` for numbers outside their range, `MovingShapesError`.
    package func plan(_ subjects: [EvaluationPlan.Subject]) throws -> EvaluationPlan {
        if isSelfTest { return EvaluationPlan(selfTestOf: subjects) }
        func check<Number: Comparable>(_ name: String, _ value: Number?, _ range: ClosedRange<Number>) throws {
            guard let value, !range.contains(value) else { return }
            throw DocumentError(
                path: name, reason: "expected \(range.lowerBound) to \(range.upperBound), not \(value)")
        }
        try check("samples", samples, EvaluationPlan.sampleRange)
        try check("margin", margin, EvaluationPlan.marginRange)
        try check("curve_clips", curveClips, 0...EvaluationPlan.exampleLimit)
        try check("noise", noise, 0...128)
        try check("white_distractors", whiteDistractors, 0...16)
        try check("static_distractors", staticDistractors, 0...16)
        var shapes = MovingShapesOptions.standard
        shapes.noise = noise ?? shapes.noise
        shapes.whiteDistractors = whiteDistractors ?? shapes.whiteDistractors
        shapes.staticDistractors = staticDistractors ?? shapes.staticDistractors
        return try EvaluationPlan(
            subjects: subjects, examples: examples ?? 100,
            options: StudyOptions(
                seed: seed ?? 1, shapes: shapes, methods: methods ?? EvaluationPlan.standardMethods,
                samples: samples ?? 10, levels: .standard, margin: margin ?? 2, curveClips: curveClips ?? 10))
    }
}

extension EvaluationRequest: Decodable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case model, examples, seed, noise, methods, samples, margin
        case whiteDistractors = "white_distractors"
        case staticDistractors = "static_distractors"
        case curveClips = "curve_clips"
    }

    private enum SelfTestKeys: String, CodingKey, CaseIterable { case quick }

    package init(from decoder: any Decoder) throws {
        if try decoder.container(keyedBy: SelfTestKeys.self).contains(.quick) {
            let fields = try decoder.closedContainer(keyedBy: SelfTestKeys.self)
            guard try fields.decode(Bool.self, forKey: .quick) else {
                throw DocumentError(path: "quick", reason: "expected true: leave it out for any other evaluation")
            }
            isSelfTest = true
            return
        }
        let fields = try decoder.closedContainer(keyedBy: CodingKeys.self)
        model = try fields.decodeIfPresent(String.self, forKey: .model)
        examples = try fields.wholeNumber(Int.self, forKey: .examples)
        seed = try fields.wholeNumber(UInt64.self, forKey: .seed)
        noise = try fields.decodeIfPresent(Double.self, forKey: .noise)
        whiteDistractors = try fields.wholeNumber(Int.self, forKey: .whiteDistractors)
        staticDistractors = try fields.wholeNumber(Int.self, forKey: .staticDistractors)
        methods = try fields.decodeIfPresent([String].self, forKey: .methods).map { names in
            try names.enumerated().map { index, name in
                guard let method = MethodName(rawValue: name), MethodName.ofParts.contains(method) else {
                    throw DocumentError(
                        path: "methods[\(index)]",
                        reason: "expected one of \(MethodName.ofParts.map(\.rawValue).joined(separator: ", "))")
                }
                return method
            }
        }
        samples = try fields.wholeNumber(Int.self, forKey: .samples)
        margin = try fields.wholeNumber(Int.self, forKey: .margin)
        curveClips = try fields.wholeNumber(Int.self, forKey: .curveClips)
    }
}
