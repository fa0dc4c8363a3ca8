import Foundation
import Models
import Store

/// A model's card.
struct ModelDocument: Encodable {
    struct Input: Encodable {
        let frames, period, height, width: Int
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
    let licence: String?
    let intendedUse: String?
    let links: [String: String]

    init(_ record: ModelRecord) throws {
        self.init(
            id: record.id, sha256: record.sha256, bytes: record.bytes, createdAt: record.createdAt, isBundled: false,
            manifest: try ModelManifest(json: Data(record.manifest.utf8)))
    }

    init(_ model: BundledModel) throws {
        self.init(
            id: model.rawValue, sha256: model.sha256, bytes: model.checkpoint.count, createdAt: nil, isBundled: true,
            manifest: try ModelManifest(json: Data(model.manifestJSON.utf8)))
    }

    private init(id: String, sha256: String, bytes: Int, createdAt: Date?, isBundled: Bool, manifest: ModelManifest) {
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
            layout: "NCTHW", channels: contract.channels.rawValue, range: contract.range, mean: contract.mean,
            std: contract.std)
        licence = manifest.licence
        intendedUse = manifest.intendedUse
        links = ["self": "/v1/models/\(id)"]
    }
}
