import Attribution
import Foundation
package import Models
import Tensors

/// What the model says about the clip.
package struct PredictionReport: Encodable, Hashable, Sendable {
    /// Raw outputs, flattened, before any softmax.
    package let scores: [Float]
    /// Names of the outputs, if the manifest has any.
    package let names: [String]?
    /// The highest output of a classification; nil for regressions.
    package let output: Int?
    package let label: String?
    /// The value of that output; of a regression its first output.
    package let value: Double
    /// Softmax of that output; nil for regressions.
    package let probability: Double?
    package let unit: String?

    init(_ manifest: ModelManifest, scores: [Float]) {
        self.scores = scores
        names = manifest.outputNames.isEmpty ? nil : manifest.outputNames
        switch manifest.purpose {
        case .classification:
            let highest = scores.indices.max { scores[$0] < scores[$1] || (scores[$0] == scores[$1] && $0 > $1) } ?? 0
            output = highest
            label = manifest.labels.indices.contains(highest) ? manifest.labels[highest] : nil
            value = Double(scores[highest])
            let sum = scores.reduce(0.0) { $0 + exp(Double($1 - scores[highest])) }
            probability = 1 / sum
            unit = nil
        case .regression:
            output = nil
            label = nil
            value = Double(scores[0])
            probability = nil
            unit = manifest.outputs.first?.unit
        }
    }
}

/// The scalar that was differentiated.
package struct TargetReport: Encodable, Hashable, Sendable {
    package let definition: Target
    package let description: String
    /// At the clip without noise; an angle in radians.
    package let value: Double
    /// Over the noisy copies; nil without noise.
    package let meanUnderNoise: Double?
    package let standardErrorUnderNoise: Double?

    init(_ target: ResolvedTarget, network: Network, result: AttributionResult) {
        (definition, description) = target.described(by: network)
        value = result.value
        meanUnderNoise = result.sampling?.mean
        standardErrorUnderNoise = result.sampling?.standardError
    }
}

extension ResolvedTarget {
    /// As requests have it, and in words.
    func described(by network: Network) -> (definition: Target, description: String) {
        func name(_ index: Int) -> String {
            let names = network.manifest.outputNames
            // Of an output with several axes the flat index says little.
            if names.isEmpty, network.outputShape.rank > 2 {
                let place = network.outputShape.strides.indices.map {
                    index / network.outputShape.strides[$0] % network.outputShape[$0]
                }
                return "output \(index), \(place) of \(network.outputShape)"
            }
            return names.indices.contains(index) ? "output \(index) (\(names[index]))" : "output \(index)"
        }
        switch self {
        case .output(let index): return (.output(index), name(index))
        case .difference(let a, let b): return (.difference(a, b), "\(name(a)) minus \(name(b))")
        case .angle(let y, let x):
            return (.angle(y: y, x: x), "angle of \(name(y)) over \(name(x)), in radians")
        }
    }

    /// How its values in several windows are averaged.
    var average: ScoreAverage {
        switch self {
        case .output, .difference: .arithmetic
        case .angle: .circular
        }
    }
}
