import Foundation
import HTTPServer
import Pipelines
import Store
import Tensors

/// A map of a finished explanation, as the store has it.
struct StoredMap: Sendable {
    let store: Store
    let explanation: String
    let info: MapInfo
    /// As it is handed out: a first frame has no frame axis.
    let shape: [Int]
    let axes: [String]
    let unit: String

    /// - Throws: ``ServiceError`` when the explanation or the map is not there.
    static func find(_ kind: String, of explanation: StoredExplanation) throws -> StoredMap {
        let (store, id, report) = (explanation.resources.store, explanation.id, explanation.report)
        guard let info = try store.mapInfo(explanation: id, kind: kind), let map = report.map(kind) else {
            throw ServiceError.noMap(id: id, kind: kind, available: report.kinds)
        }
        return StoredMap(
            store: store, explanation: id, info: info, shape: map.shape, axes: map.axes, unit: map.unit)
    }

    /// `[component, y, x]`
    func frame(_ index: Int) throws -> [Float] {
        guard let values = try store.mapFrame(explanation: explanation, kind: info.kind, frame: index) else {
            throw ServiceError.noFrame(frame: String(index), frames: info.frames)
        }
        return values
    }

    /// In C order of ``shape``.
    func values() throws -> [Float] {
        guard let values = try store.mapValues(explanation: explanation, kind: info.kind) else {
            throw ServiceError.notFound(what: "map", id: info.kind)
        }
        return values
    }
}
