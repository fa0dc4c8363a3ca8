import Foundation
import Pipelines
import Store

/// An evaluation as clients see it.
struct EvaluationDocument: Sendable {
    let json: JSONText

    /// - Parameter report: of one that has succeeded.
    init(_ record: EvaluationRecord, report: EvaluationReport?) throws {
        let address = "/v1/evaluations/\(record.id)"
        var links = ["self": address]
        if record.state == .succeeded {
            links.merge(["report": "\(address)/report", "figure": "\(address)/figure"]) { $1 }
        }
        let head = Head(
            id: record.id, state: record.state.rawValue, createdAt: record.createdAt.timestamp,
            finishedAt: record.finishedAt?.timestamp,
            progress: Progress(completed: record.completed, total: record.total),
            error: record.errorCode.map { Problem(code: $0, message: record.errorMessage ?? "") }, links: links)
        let plan = JSONText(try EvaluationPlan(stored: record.plan))
        let json = JSONText(head).adding("plan", plan.text)
        guard let report else {
            self.json = json
            return
        }
        let tables = json.adding("tables", JSONText.array(report.tables))
        self.json = report.selfTest.map { tables.adding("self_test", JSONText($0).text) } ?? tables
    }

    private struct Head: Encodable {
        let id, state, createdAt: String
        let finishedAt: String?
        /// Clips.
        let progress: Progress
        let error: Problem?
        let links: [String: String]
    }

    private struct Progress: Encodable { let completed, total: Int }
    private struct Problem: Encodable { let code, message: String }
}

extension JSONText {
    /// The text of a list, for a field.
    static func array(_ values: [some Encodable]) -> String {
        "[\(values.map { JSONText($0).text }.joined(separator: ","))]"
    }
}
