import Cine
import Motion

/// The gradient itself, signed.
package struct Gradient: AttributionMethod {
    static let facts = MethodFacts(
        title: "Gradient",
        reference:
            "Simonyan, Vedaldi, Zisserman: Deep Inside Convolutional Networks (2013), arXiv:1312.6034, without taking magnitudes",
        definition: "The derivative of the score by each variable at the input.", sign: .signed, unit: .derivative,
        isComplete: false, isStochastic: false)

    package var facts: MethodFacts { Self.facts }

    package let passes = 1

    package init() {}

    package func bytes(_ extents: AttributionExtents, pass: Int) -> Int { extents.passBytes(pass) }

    package func attribute(
        _ input: AttributionInput, to score: Score, control: RunControl
    ) throws -> AttributionResult {
        let gradients =
            switch input {
            case .pixels(let clip): try PartGradients(score, at: clip, parallelism: control.parallelism)
            case .decomposition(let decomposition):
                try PartGradients(score, at: decomposition.parts, parallelism: control.parallelism)
            }
        try control.report(
            RunProgress(completed: 1, total: 1, value: gradients.value, standardError: nil, mapError: nil))
        return AttributionResult(
            maps: try zip(PartGradients.kinds(in: input.space), gradients.tensors).map {
                try AttributionMap(kind: $0, values: $1)
            },
            value: gradients.value, sampling: nil,
            shares: input.shares(gradients.parts, batches: []), completeness: nil, passes: passes)
    }
}

extension AttributionInput {
    /// The shares of parts whose gradients are known; nil in pixels.
    func shares(_ gradients: DecompositionParts?, batches: [[Double]]) -> Shares? {
        switch self {
        case .pixels: nil
        case .decomposition(let decomposition):
            gradients.map { Shares(gradients: $0, parts: decomposition.parts, batches: batches) }
        }
    }
}
