import Foundation

/// What results for an archive say of an explanation, read from its report's JSON.
struct ReportedResult: Decodable, Hashable, Sendable {
    struct Prediction: Decodable, Hashable, Sendable {
        let label, unit: String?
        let value: Double
        let probability: Double?
    }

    struct Target: Decodable, Hashable, Sendable {
        let description: String
        let value: Double
    }

    struct Shares: Decodable, Hashable, Sendable { let appearance, motion, residual: Double }

    struct Similarity: Decodable, Hashable, Sendable { let spearman: Double? }

    struct Checks: Decodable, Hashable, Sendable {
        struct Randomisation: Decodable, Hashable, Sendable {
            struct Map: Decodable, Hashable, Sendable {
                let kind: String
                let allWeights: Similarity
            }

            let maps: [Map]
        }

        struct Repeatability: Decodable, Hashable, Sendable {
            let relativeStandardError: Double?
        }

        let randomisation: Randomisation?
        let repeatability: Repeatability?
    }

    struct Fidelity: Decodable, Hashable, Sendable { let changeExplainedByFlow: Double? }

    struct Provenance: Decodable, Hashable, Sendable {
        struct Software: Decodable, Hashable, Sendable {
            let name, version: String
            let revision: String?
        }

        struct Model: Decodable, Hashable, Sendable { let name, sha256: String }

        struct Method: Decodable, Hashable, Sendable {
            let name, title, space: String
            let samples: Int?
            let layer: String?
            let seed: UInt64?
        }

        struct Clip: Decodable, Hashable, Sendable {
            let sourceFrames: [Int]
            let frameRate: Double?
        }

        let software: Software
        let model: Model
        let method: Method
        let clip: Clip
    }

    let prediction: Prediction
    let target: Target
    let shares: Shares?
    let fidelity: Fidelity?
    let checks: Checks
    let reading: [String]
    let provenance: Provenance
    let notice: String

    /// - Throws: `DecodingError` when the report is none.
    init(_ report: Data) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(ReportedResult.self, from: report)
    }

    /// The frames of the source that the model saw, counted from 1 as DICOM counts them.
    var sourceFrames: [Int] {
        var seen = Set<Int>()
        return provenance.clip.sourceFrames.filter { $0 >= 0 && seen.insert($0).inserted }.map { $0 + 1 }
    }

    /// The method with what makes it repeatable.
    var methodText: String {
        let method = provenance.method
        var parts = [method.title]
        if let layer = method.layer { parts.append("layer \(layer)") }
        if let samples = method.samples { parts.append("\(samples) samples") }
        if let seed = method.seed { parts.append("seed \(seed)") }
        return parts.joined(separator: ", ")
    }

    /// Such as `cinegrad 0.1.0`.
    var softwareText: String { "\(provenance.software.name) \(provenance.software.version)" }
}
