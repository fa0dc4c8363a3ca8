import Foundation
import Models
import Pipelines
import Store
import Tensors

/// A model's card.
struct ModelDocument: Encodable {
    struct Input: Encodable {
        let frames, period, height, width: Int
        let frameRate: Double?
        let preparation: String
        let layout: String
        let channels: String
        let range, mean, std: [Double]
    }

    struct Output: Encodable {
        let name, unit: String
    }

    let id, name, architecture, task, sha256: String
    let isBundled: Bool
    let bytes: Int
    let createdAt: String?
    let labels: [String]?
    let outputs: [Output]?
    let input: Input
    /// Missing from models that an older version registered.
    let outputCount, parameters: Int?
    let operators: [String: Int]?
    let format: String?
    let precision: [String]?
    let cost: ModelFacts.Cost?
    /// Whose activations Grad-CAM can show.
    let layers: [String]?
    let licence: String?
    let intendedUse: String?
    let links: [String: String]

    init(_ record: ModelRecord) throws {
        self.init(
            id: record.id, sha256: record.sha256, bytes: record.bytes, createdAt: record.createdAt, isBundled: false,
            facts: ModelFacts(stored: record.facts), manifest: try ModelManifest(json: Data(record.manifest.utf8)))
    }

    /// - Parameter parallelism: for the bytes of a pass.
    init(_ model: BundledModel, parallelism: Parallelism) throws {
        self.init(
            id: model.rawValue, sha256: model.sha256, bytes: model.checkpoint.count, createdAt: nil, isBundled: true,
            facts: try ModelFacts(model, parallelism: parallelism),
            manifest: try ModelManifest(json: Data(model.manifestJSON.utf8)))
    }

    private init(
        id: String, sha256: String, bytes: Int, createdAt: Date?, isBundled: Bool, facts: ModelFacts?,
        manifest: ModelManifest
    ) {
        self.id = id
        self.sha256 = sha256
        self.bytes = bytes
        self.createdAt = createdAt?.timestamp
        self.isBundled = isBundled
        name = manifest.name
        architecture = manifest.architecture.summary
        task = manifest.purpose.rawValue
        labels = manifest.labels.isEmpty ? nil : manifest.labels
        outputs = manifest.outputs.isEmpty ? nil : manifest.outputs.map { Output(name: $0.name, unit: $0.unit) }
        let contract = manifest.input
        input = Input(
            frames: contract.frames, period: contract.period, height: contract.height, width: contract.width,
            frameRate: contract.frameRate, preparation: contract.preparation.rawValue, layout: contract.layout.rawValue,
            channels: contract.channels.rawValue, range: contract.range,
            mean: contract.mean,
            std: contract.std)
        outputCount = facts?.outputs
        parameters = facts?.parameters
        operators = facts?.operators
        format = facts?.format
        precision = facts?.precision
        cost = facts?.cost
        layers = facts?.layers
        licence = manifest.licence
        intendedUse = manifest.intendedUse
        links = ["self": "/v1/models/\(id)"]
    }
}
