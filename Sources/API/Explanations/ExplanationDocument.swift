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
            links["figure"] = "\(address)/figure"
            links["arrays"] = "\(address).npz"
            if report.timeline != nil { links["timeline"] = "\(address)/timeline" }
        } else if let kept = record.partial.flatMap(KeptPart.init) {
            links["partial"] = "\(address)/partial"
            for kind in kept.maps { links["partial_\(kind)"] = "\(address)/partial/\(kind)" }
        }
        let head = Head(
            id: record.id, state: record.state.rawValue, video: record.videoID, model: record.modelID,
            createdAt: record.createdAt.timestamp, startedAt: record.startedAt?.timestamp,
            finishedAt: record.finishedAt?.timestamp,
            progress: Progress(record, position: position, now: now), attempts: record.attempts,
            priority: record.priority == .normal ? nil : record.priority.rawValue,
            cancelRequested: record.isCancelRequested ? true : nil,
            error: record.errorCode.map {
                ErrorDocument(code: $0, message: record.errorMessage ?? "", stage: record.stage)
            }, links: links)
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
        /// Nil for a normal one.
        let priority: String?
        let cancelRequested: Bool?
        let error: ErrorDocument?
        let links: [String: String]
    }

    private struct ErrorDocument: Encodable {
        let code, message: String
        /// Of the job when it failed; nil before its first report.
        let stage: String?
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

/// What this module reads of a partial result.
private struct KeptPart: Decodable {
    private struct Partial: Decodable { let kept: KeptPart? }
    let maps: [String]

    /// Nil when nothing is kept.
    init?(_ partial: String) {
        guard let kept = try? JSONDecoder().decode(Partial.self, from: Data(partial.utf8)).kept else { return nil }
        self = kept
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
        struct Timeline: Codable {
            struct Frame: Codable {
                let frame: Int
                let sourceFrame: Int?
                let pixels: Double
                let appearance, motion, residual: Double?
            }
            let frames: [Frame]
            let remark: String
        }
        let maps: [Map]
        let parts: [String]?
        let timeline: Timeline?
    }

    private let document: Document?

    init(_ json: String) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        document = try? decoder.decode(Document.self, from: Data(json.utf8))
    }

    /// What each frame has to do with the score; nil for methods whose maps are no derivatives.
    var timeline: (some Encodable)? { document?.timeline }

    /// The frame of the clip that a figure shows unless another is asked for.
    var middleFrame: Int { max((document?.maps.map { $0.shape.count == 4 ? $0.shape[1] : 1 }.max() ?? 1) / 2, 1) }

    /// What there is besides maps.
    var parts: [String] { document?.parts ?? [] }

    var kinds: [String] { document?.maps.map(\.kind) ?? [] }

    func map(_ kind: String) -> (shape: [Int], axes: [String], unit: String, scale: Double)? {
        document?.maps.first { $0.kind == kind }.map { ($0.shape, $0.axes, $0.unit, $0.scale) }
    }
}
