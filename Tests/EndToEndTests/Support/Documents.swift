/// What the tests read of the service's JSON.
struct VideoBody: Decodable, Hashable {
    let id, sha256, format: String
    let bytes, width, height, frames: Int
    let frameRate: Double?
}

struct ModelBody: Decodable, Hashable {
    let id, sha256, name, architecture: String
}

struct ExplanationBody: Decodable, Sendable {
    struct Progress: Decodable, Sendable {
        let completed, total: Int
        let fraction: Double
    }
    struct Prediction: Decodable, Sendable {
        let scores: [Float]
    }
    struct Shares: Decodable, Sendable {
        let appearance, motion, residual: Double
    }
    struct Map: Decodable, Sendable {
        let kind: String
        let shape: [Int]
    }
    struct Failure: Decodable, Sendable {
        let code, message: String
    }

    let id, state: String
    let attempts: Int
    let progress: Progress
    let prediction: Prediction?
    let shares: Shares?
    let maps: [Map]?
    let error: Failure?
    let links: [String: String]
}

struct ExplanationListBody: Decodable {
    let items: [ExplanationBody]
    let next: String?
}

struct ProblemBody: Decodable, Hashable {
    let status: Int
    let code, title, detail: String
}
