import DICOM
package import Foundation
package import Store
package import Video

/// The objects of stored explanations: made once, then kept, so that they are the same however often they are asked for.
package struct ResultLibrary: Sendable {
    private let store: Store
    private let limits: VideoLimits

    package init(store: Store, limits: VideoLimits) {
        self.store = store
        self.limits = limits
    }

    /// What makes the objects of an explanation.
    /// - Throws: ``ExplainError/unknownVideo(_:)`` when the video is gone, ``ResultObjectError`` when it is no DICOM object.
    package func maker(of record: ExplanationRecord, report: String) throws -> ResultMaker {
        guard let video = try store.video(id: record.videoID) else { throw ExplainError.unknownVideo(record.videoID) }
        guard try StoredSource(video.facts).dicom != nil else { throw ResultObjectError.noObject }
        return try ResultMaker(
            StoredMaterial(record.id, report: report, videoID: record.videoID, in: store, limits: limits),
            report: Data(report.utf8),
            header: DICOMProbe.header(store.contentURL(sha256: video.sha256), limits: limits), explanation: record.id,
            finished: record.finishedAt ?? record.createdAt)
    }

    /// The object that is made when nothing is asked for.
    /// - Throws: as ``maker(of:report:)``, and what drawing throws.
    package func file(_ kind: ResultKind, of record: ExplanationRecord, report: String) throws -> Data {
        if let file = try store.resultFile(explanation: record.id, kind: kind.rawValue) { return file }
        let maker = try maker(of: record, report: report)
        let object =
            switch kind {
            case .cine: try maker.cine(map: nil, allFrames: false)
            case .report: try maker.report()
            }
        let file = Data(object.file)
        _ = try store.addResult(
            ResultRecord(
                explanation: record.id, kind: kind.rawValue, study: object.study, series: object.series,
                instance: object.instance, attributes: object.attributes.json, pixelOffset: object.pixelOffset),
            file: file)
        return file
    }

    private struct StoredSource: Decodable {
        struct Object: Decodable {}
        let dicom: Object?

        init(_ facts: String) throws {
            self = try JSONDecoder().decode(StoredSource.self, from: Data(facts.utf8))
        }
    }
}
