package import Evaluation
package import Foundation
package import Store

/// What an evaluation found, as a document.
package struct EvaluationReport: Hashable, Sendable, Encodable {
    package let plan: EvaluationPlan
    package let tables: [StudyTable]
    let reported: [HughesTable.Row]
    /// What each column is.
    let definitions: [String: String]
    let notice: String

    /// - Parameter findings: of each subject of the plan, in its order.
    package init(_ plan: EvaluationPlan, findings: [[ClipFindings]]) {
        self.plan = plan
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
        let decoder = JSONDecoder()
        self.init(
            plan,
            findings: try plan.subjects.indices.map { subject in
                try store.findings(evaluation: record.id, subject: subject).map {
                    try decoder.decode(ClipFindings.self, from: Data($0.utf8))
                }
            })
    }

    /// - Throws: `EncodingError`.
    package func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return try encoder.encode(self) + Data("\n".utf8)
    }
}
