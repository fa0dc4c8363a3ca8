import Attribution
import Cine
import Foundation
package import Models
package import Tensors

/// A few minutes' check that a build on a machine explains as it should: what was measured, what was needed, and whether it was met.
package struct SelfTest: Sendable {
    package struct Property: Hashable, Sendable, Codable {
        package let task: MovingShapesTask
        package let name: String
        package let passed: Bool
        package let measured: String
        package let needed: String
    }

    /// Clips of each task. The bounds below leave room for so few.
    package static let clips = 8
    /// What is measured on them.
    package static let options = StudyOptions(
        seed: 2026, shapes: .standard, methods: [.gradient, .lastingMotion], samples: 1, levels: .none, margin: 2,
        curveClips: 3)

    let study: MovingShapesStudy
    private let task: MovingShapesTask
    let parallelism: Parallelism

    /// - Throws: ``StudyError``
    package init(_ network: Network, task: MovingShapesTask, parallelism: Parallelism) throws {
        self.task = task
        self.parallelism = parallelism
        study = try MovingShapesStudy(network, task: task, options: Self.options)
    }

    /// What is measured on one of its clips, 0..<``clips``.
    /// - Parameter report: is called after every pass; what it throws ends the test.
    /// - Throws: what a pass throws.
    package func findings(
        clip: Int, report: @escaping @Sendable () throws -> Void
    ) throws -> ClipFindings {
        try study.findings(clip: clip, parallelism: parallelism, report: report)
    }

    /// - Parameters:
    ///   - findings: of every clip, in order.
    ///   - report: is called after every pass; what it throws ends the test.
    /// - Throws: what a pass throws.
    /// - Precondition: every clip was measured.
    package func properties(
        of findings: [ClipFindings], report: @escaping @Sendable () throws -> Void
    ) throws -> [Property] {
        precondition(findings.count == Self.clips, "of every clip")
        let table = StudyTable(findings, task: task, rows: StudyRow.rows(study.options.methods))
        let again = try study.findings(clip: 0, parallelism: .single, report: report)
        let repeated = property(
            "the same clip on one thread gives the same numbers, bit for bit", again == findings[0] ? 1 : 0, "%.0f",
            least: 1)
        let differences = try derivatives()
        return [accuracy(table), repeated] + differences + maps(table) + answers(table)
    }

    private func accuracy(_ table: StudyTable) -> Property {
        switch task.measure {
        case .shareRight: property("the share of right answers", table.accuracy, "%.2f", least: 0.85)
        case .medianDegrees: property("the median error in degrees", table.accuracy, "%.1f", most: 10)
        }
    }

    private func maps(_ table: StudyTable) -> [Property] {
        func row(_ method: MethodName, _ kind: MapKind) -> StudyTable.Row? {
            table.rows.first { $0.row == StudyRow(method: method, kind: kind) }
        }
        let (pixels, flow) = (row(.gradient, .pixels), row(.lastingMotion, .flow))
        return [
            property(
                "vanilla/x: target over union", pixels?.trained.targetOverUnion?.mean, "%.2f", least: 1.15),
            property(
                "vanilla/x: signed rank correlation with a random network's map, either way",
                pixels?.allWeights.signed.map { abs($0.mean) }, "%.3f", most: 0.1),
            property(
                "vanilla/x: rank correlation with random numbers, either way",
                pixels?.randomMap.absolute.map { abs($0.mean) }, "%.4f", most: 0.01),
            property(
                "lasting_motion/flow: target over union", flow?.trained.targetOverUnion?.mean, "%.2f", least: 1.3),
            property(
                "lasting_motion/flow: target over union, above that of random networks by",
                flow.flatMap { row in
                    row.trained.targetOverUnion.flatMap { trained in
                        row.randomised.targetOverUnion.map { trained.mean - $0.mean }
                    }
                }, "%.2f", least: 0.3),
        ]
    }

    private func answers(_ table: StudyTable) -> [Property] {
        let curve = table.curves.first { $0.row == StudyRow(method: .gradient, kind: .pixels) }?.deletion
        func gap(_ a: Estimate?, _ b: Estimate?) -> Double? { a.flatMap { a in b.map { a.mean - $0.mean } } }
        let direction = table.directions.first { $0.name == "flow weighted by lasting_motion" }
        var properties = [
            property(
                "deletion by vanilla/x: the area by chance less that in the map's order",
                gap(curve?.random, curve?.ordered), "%.2f", least: 0),
            property(
                "the direction of what moves and matters, against the truth, in degrees", direction?.degrees?.mean,
                "%.1f", most: 45),
        ]
        // The angle is in the motion alone; the sides need it too, to tell the target.
        if task == .angle, let still = table.losses.first(where: { $0.ablation == .still }) {
            properties.append(
                property("without motion, the median error in degrees", still.accuracy, "%.0f", least: 30))
        }
        return properties
    }

    func property(
        _ name: String, _ value: Double?, _ format: String, least: Double? = nil, most: Double? = nil
    ) -> Property {
        func text(_ value: Double) -> String { String(format: format, value) }
        let passed = value.map { value in
            (least.map { value >= $0 } ?? true) && (most.map { value <= $0 } ?? true)
        }
        let needed = [least.map { "at least " + text($0) }, most.map { "at most " + text($0) }].compactMap { $0 }
        return Property(
            task: task, name: name, passed: passed ?? false, measured: value.map(text) ?? "nothing",
            needed: needed.joined(separator: ", "))
    }
}
