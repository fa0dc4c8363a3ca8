/// What the tests read of the service's JSON.
struct VideoBody: Decodable, Hashable {
    let id, sha256, format: String
    let bytes, width, height, frames: Int
    let frameRate: Double?
}

struct ModelBody: Decodable, Hashable {
    let id, sha256, name, architecture: String
}

/// What an explanation found; `report.json` of the command line has the same fields.
struct ReportBody: Decodable, Hashable, Sendable {
    struct Prediction: Decodable, Hashable, Sendable {
        let scores: [Float]
        let names: [String]?
        let output: Int?
        let label: String?
        let value: Double
        let probability: Double?
    }
    struct Shares: Decodable, Hashable, Sendable {
        struct SignedSums: Decodable, Hashable, Sendable {
            let appearance, motion, residual: Double
        }
        let appearance, motion, residual: Double
        let signedSums: SignedSums
    }
    struct Map: Decodable, Hashable, Sendable {
        let kind: String
        let shape: [Int]
        let scale, minimum, maximum: Double
    }

    let prediction: Prediction?
    let shares: Shares?
    let maps: [Map]?
    let notice: String?

    func map(_ kind: String) -> Map? { maps?.first { $0.kind == kind } }
}

struct ExplanationBody: Decodable, Sendable {
    struct Progress: Decodable, Sendable {
        let completed, total: Int
        let fraction: Double
    }
    struct Failure: Decodable, Sendable {
        let code, message: String
    }
    private enum CodingKeys: String, CodingKey {
        case id, state, attempts, progress, error, links
    }

    let id, state: String
    let attempts: Int
    let progress: Progress
    let error: Failure?
    let links: [String: String]
    /// Its fields stand beside the others.
    let report: ReportBody

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.decode(String.self, forKey: .id)
        state = try fields.decode(String.self, forKey: .state)
        attempts = try fields.decode(Int.self, forKey: .attempts)
        progress = try fields.decode(Progress.self, forKey: .progress)
        error = try fields.decodeIfPresent(Failure.self, forKey: .error)
        links = try fields.decode([String: String].self, forKey: .links)
        report = try ReportBody(from: decoder)
    }

    var prediction: ReportBody.Prediction? { report.prediction }
    var shares: ReportBody.Shares? { report.shares }
    var maps: [ReportBody.Map]? { report.maps }
}

struct ExplanationListBody: Decodable {
    let items: [ExplanationBody]
    let next: String?
}

struct ProblemBody: Decodable, Hashable {
    let status: Int
    let code, title, detail: String
}
