import Foundation
import Store

/// An explanation as clients see it: what is known of the job, and once it has succeeded the fields of its report.
struct ExplanationDocument: Sendable {
    let json: JSONText

    /// - Parameter position: in the queue, 0 being next; nil when it does not wait.
    init(_ record: ExplanationRecord, position: Int?, now: Date) {
        let address = "/v1/explanations/\(record.id)"
        var links = [
            "self": address, "events": "\(address)/events", "video": "/v1/videos/\(record.videoID)",
            "model": "/v1/models/\(record.modelID)",
        ]
        if record.state == .succeeded, let result = record.result {
            let report = StoredReport(result)
            for kind in report.kinds { links["map_\(kind)"] = "\(address)/maps/\(kind)" }
            for part in report.parts { links[part] = "\(address)/\(part)" }
        }
        let head = Head(
            id: record.id, state: record.state.rawValue, video: record.videoID, model: record.modelID,
            createdAt: record.createdAt.timestamp, startedAt: record.startedAt?.timestamp,
            finishedAt: record.finishedAt?.timestamp,
            progress: Progress(record, position: position, now: now), attempts: record.attempts,
            cancelRequested: record.isCancelRequested ? true : nil,
            error: record.errorCode.map { ErrorDocument(code: $0, message: record.errorMessage ?? "") }, links: links)
        var json = JSONText(head).adding("request", record.request)
        if let result = record.result {
            json = json.merging(JSONText(stored: result))
        } else if let partial = record.partial {
            json = json.adding("partial", partial)
        }
        self.json = json
    }

    private struct Head: Encodable {
        let id, state, video, model, createdAt: String
        let startedAt, finishedAt: String?
        let progress: Progress
        let attempts: Int
        let cancelRequested: Bool?
        let error: ErrorDocument?
        let links: [String: String]
    }

    private struct ErrorDocument: Encodable {
        let code, message: String
    }

    struct Progress: Encodable {
        /// Passes through the model.
        let completed, total: Int
        /// 0…1
        let fraction: Double
        let stage: String?
        let queuePosition: Int?
        /// Seconds that the rest takes at the speed so far; nil when that is not known.
        let secondsLeft: Double?

        init(_ record: ExplanationRecord, position: Int?, now: Date) {
            completed = record.completed
            total = record.total
            fraction =
                record.state == .succeeded ? 1 : record.total > 0 ? Double(record.completed) / Double(record.total) : 0
            stage = record.state == .running ? record.stage : nil
            queuePosition = position
            if record.state == .running, record.completed > 0, let start = record.startedAt {
                let rest =
                    now.timeIntervalSince(start) / Double(record.completed) * Double(record.total - record.completed)
                secondsLeft = (max(rest, 0) * 10).rounded() / 10
            } else {
                secondsLeft = nil
            }
        }
    }
}

/// What this module reads of a stored report.
struct StoredReport: Sendable {
    private struct Document: Decodable {
        struct Map: Decodable {
            let kind: String
            let shape: [Int]
            let axes: [String]
            let unit: String
            let scale: Double
        }
        let maps: [Map]
        let parts: [String]?
    }

    private let document: Document?

    init(_ json: String) { document = try? JSONDecoder().decode(Document.self, from: Data(json.utf8)) }

    /// The report of an explanation that has succeeded.
    /// - Throws: ``ServiceError/notFound(what:id:)``, ``ServiceError/notFinished(id:state:)``.
    static func finished(_ id: String, in store: Store) throws -> StoredReport {
        guard let record = try store.explanation(id: id) else {
            throw ServiceError.notFound(what: "explanation", id: id)
        }
        guard record.state == .succeeded, let result = record.result else {
            throw ServiceError.notFinished(id: id, state: record.state.rawValue)
        }
        return StoredReport(result)
    }

    /// What there is besides maps.
    var parts: [String] { document?.parts ?? [] }

    var kinds: [String] { document?.maps.map(\.kind) ?? [] }

    func map(_ kind: String) -> (shape: [Int], axes: [String], unit: String, scale: Double)? {
        document?.maps.first { $0.kind == kind }.map { ($0.shape, $0.axes, $0.unit, $0.scale) }
    }
}
