package import Foundation
import Models

/// The rules by which objects that a PACS sends are explained; every rule that applies queues an explanation.
package struct RoutingTable: Hashable, Sendable {
    package static let none = RoutingTable(rules: [])
    /// More jobs of one object are a mistake.
    package static let ruleLimit = 64

    package let rules: [RoutingRule]

    private init(rules: [RoutingRule]) { self.rules = rules }

    /// - Parameter json: an object with `rules`; what is left out of a rule takes anything.
    /// - Throws: `DocumentError` with the path of what is wrong.
    package init(json: Data) throws {
        do {
            rules = try JSONDecoder().decode(TableDocument.self, from: json).rules.map(\.rule)
        } catch {
            throw DocumentError(error)
        }
        guard rules.count <= Self.ruleLimit else {
            throw DocumentError(path: "rules", reason: "at most \(Self.ruleLimit) rules are taken")
        }
    }

    /// Those that apply, in their order.
    package func rules(for subject: RoutingSubject) -> [RoutingRule] { rules.filter { $0.applies(to: subject) } }
}

private struct TableDocument: Decodable {
    let rules: [RuleDocument]

    enum CodingKeys: String, CodingKey, CaseIterable { case rules }

    init(from decoder: any Decoder) throws {
        rules = try decoder.closedContainer(keyedBy: CodingKeys.self).decode([RuleDocument].self, forKey: .rules)
    }
}

private struct RuleDocument: Decodable {
    let rule: RoutingRule

    enum CodingKeys: String, CodingKey, CaseIterable {
        case modality, description, station, frames, width, height, model, request
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.closedContainer(keyedBy: CodingKeys.self)
        func range(_ key: CodingKeys) throws -> WholeRange? {
            // A single number may stand without quotes.
            if let number = try? fields.decodeIfPresent(Int.self, forKey: key) { return WholeRange(String(number)) }
            guard let text = try fields.decodeIfPresent(String.self, forKey: key) else { return nil }
            guard let range = WholeRange(text) else {
                throw DocumentError(
                    path: (fields.codingPath + [key]).dotted,
                    reason: "expected a number or a range such as 16-64, 16- or -64")
            }
            return range
        }
        func pattern(_ key: CodingKeys) throws -> TextPattern? {
            try fields.decodeIfPresent(String.self, forKey: key).map(TextPattern.init)
        }
        let request = try fields.decodeIfPresent(ExplainRequest.self, forKey: .request) ?? ExplainRequest()
        guard request.video == nil, request.model == nil, !request.isDryRun else {
            throw DocumentError(
                path: (fields.codingPath + [CodingKeys.request]).dotted,
                reason: "video, model and dry_run have no place in a rule")
        }
        rule = RoutingRule(
            modality: try fields.decodeIfPresent(String.self, forKey: .modality),
            description: try pattern(.description),
            station: try pattern(.station), frames: try range(.frames), width: try range(.width),
            height: try range(.height), model: try fields.decode(String.self, forKey: .model), request: request)
    }
}
