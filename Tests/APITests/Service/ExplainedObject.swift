import DICOM
import Dispatch
import Foundation
import Logging
import Pipelines
import Store
import TestSupport
import Testing
import Video

/// A DICOM object that is explained, with its results.
extension TestService {
    /// - Returns: the explanation's address.
    func explained(_ object: DICOMObject, at location: SourceLocation = #_sourceLocation) async throws -> String {
        let model = try await tinyModel()
        let video = try await upload(object.bytes).json["id"]
        var explanation: JSON = .null
        try await working {
            explanation = try await explained(
                ["video": video, "model": .string(model), "method": "gradient", "checks": []], at: location)
        }
        return try #require(explanation["links"]["self"].string, sourceLocation: location)
    }

    /// Makes every attempt to store results that is due at a moment.
    func export(to archive: Archive?, at moment: Date) async {
        let worker = ExportWorker(
            store: store, library: ResultLibrary(store: store, limits: VideoLimits()), archive: archive,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        // It waits for the archive, whose side of it needs the threads that tests run on.
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "cinegrad.tests.export").async {
                worker.workThroughQueue { moment }
                continuation.resume()
            }
        }
    }
}
