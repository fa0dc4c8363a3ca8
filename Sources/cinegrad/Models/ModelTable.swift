import Checkpoints
import Foundation
import Models
import Pipelines
import Store
import Tensors

/// The facts of a model, indented.
struct FactsText {
    let text: String

    init(_ facts: ModelFacts) {
        let operators = facts.operators.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        let cost = facts.cost
        text = [
            "outputs: \(facts.outputs)", "parameters: \(facts.parameters) (\(facts.precision.joined(separator: ", ")))",
            "operators: \(operators.joined(separator: ", "))",
            "layers for Grad-CAM: \(Self.list(facts.layers ?? []))",
            "operations of a pass: \(Self.billions(cost.forwardFlops)) GFLOP forward, \(Self.billions(cost.backwardFlops)) GFLOP backward (\(Self.billions(cost.directFlops)) forward by textbook summation)",
            "memory: \(Self.megabytes(cost.parameterBytes)) MB of parameters, \(Self.megabytes(cost.passBytes)) MB for a gradient with \(cost.threads) threads",
        ].map { "  " + $0 }.joined(separator: "\n")
    }

    private static func list(_ layers: [String]) -> String {
        layers.isEmpty ? "none" : layers.map(shown).joined(separator: ", ")
    }

    private static func billions(_ flops: Int) -> String { String(format: "%.3g", Double(flops) / 1e9) }
    private static func megabytes(_ bytes: Int) -> String { String(format: "%.1f", Double(bytes) / 1e6) }
}

/// Models, one a line.
struct ModelTable {
    let text: String

    init(_ store: Store, _ parallelism: Parallelism) throws {
        var rows = [["ID", "NAME", "ARCHITECTURE", "OUTPUTS", "PARAMETERS", "SHA-256"]]
        for model in BundledModel.allCases {
            let manifest = try ModelManifest(json: Data(model.manifestJSON.utf8))
            rows.append(
                Self.row(
                    "(bundled)", manifest, try ModelFacts(model, parallelism: parallelism), sha256: model.sha256))
        }
        for record in try store.models(seenBy: .all) {
            rows.append(
                Self.row(
                    record.id, try ModelManifest(json: Data(record.manifest.utf8)), ModelFacts(stored: record.facts),
                    sha256: record.sha256))
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        text = rows.map { row in
            zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }.joined(separator: "  ")
                .trimmingCharacters(in: .whitespaces)
        }.joined(separator: "\n")
    }

    private static func row(_ id: String, _ manifest: ModelManifest, _ facts: ModelFacts?, sha256: String) -> [String] {
        [
            id, manifest.name, manifest.architecture.summary, facts.map { "\($0.outputs)" } ?? "?",
            facts.map { "\($0.parameters)" } ?? "?", String(sha256.prefix(12)),
        ]
    }
}
