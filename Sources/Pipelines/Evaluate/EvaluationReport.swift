package import Evaluation
package import Foundation
package import Store

/// What an evaluation found, as a document.
package struct EvaluationReport: Hashable, Sendable, Encodable {
    package let plan: EvaluationPlan
    package let tables: [StudyTable]
    /// Of a self-test.
    package let selfTest: SelfTestVerdict?
    let reported: [HughesTable.Row]
    /// What each column is.
    let definitions: [String: String]
    let notice: String

    /// - Parameters:
    ///   - findings: of each subject of the plan, in its order.
    ///   - selfTest: what came out, when the plan is that of the self-test.
    package init(_ plan: EvaluationPlan, findings: [[ClipFindings]], selfTest: [SelfTest.Property]? = nil) {
        self.plan = plan
        self.selfTest = selfTest.map(SelfTestVerdict.init)
        let rows = StudyRow.rows(plan.options.methods)
        tables = zip(plan.subjects, findings).map { StudyTable($1, task: $0.task, rows: rows) }
        reported = HughesTable.rows
        definitions = Dictionary(
            uniqueKeysWithValues: EvaluationDefinitions.all(margin: plan.options.margin).map { ($0.name, $0.text) })
        notice = SoftwareVersion.notice
    }

    /// Of a stored evaluation that has succeeded.
    /// - Throws: `StoreError`, `DecodingError`.
    package init(stored record: EvaluationRecord, in store: Store) throws {
        let plan = try EvaluationPlan(stored: record.plan)
        let properties = try plan.subjects.indices.flatMap { subject in
            try store.findings(evaluation: record.id, subject: plan.verdicts(of: subject)).flatMap {
                try JSONDecoder().decode([SelfTest.Property].self, from: Data($0.utf8))
            }
        }
        self.init(
            plan, findings: try plan.subjects.indices.map { try store.clipFindings(of: record, subject: $0) },
            selfTest: plan.isSelfTest ? properties : nil)
    }

    /// - Throws: `EncodingError`.
    package func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return try encoder.encode(self) + Data("\n".utf8)
    }
}

/// What a self-test came to.
package struct SelfTestVerdict: Hashable, Sendable, Encodable {
    /// Whether every property was met.
    package let passed: Bool
    package let properties: [SelfTest.Property]

    init(_ properties: [SelfTest.Property]) {
        self.properties = properties
        passed = !properties.isEmpty && properties.allSatisfy(\.passed)
    }
}
