package import Foundation
import GRDB

/// What a DICOM object is, by its unique identifiers.
package struct InstanceIdentifiers: Hashable, Sendable {
    package let study: String
    package let series: String
    package let instance: String
    package let sopClass: String

    package init(study: String, series: String, instance: String, sopClass: String) {
        self.study = study
        self.series = series
        self.instance = instance
        self.sopClass = sopClass
    }
}

/// A stored DICOM object.
package struct InstanceRecord: Hashable, Sendable {
    package let identifiers: InstanceIdentifiers
    package let sha256: String
    package let bytes: Int
    /// Nil for one without frames.
    package let videoID: String?
    /// What it says of itself, as the JSON text that the caller made.
    package let facts: String
    package let createdAt: Date

    init(row: Row) throws {
        identifiers = InstanceIdentifiers(
            study: try row.decode(forColumn: "study_uid"), series: try row.decode(forColumn: "series_uid"),
            instance: try row.decode(forColumn: "instance_uid"), sopClass: try row.decode(forColumn: "sop_class"))
        sha256 = try row.decode(forColumn: "sha256")
        bytes = try row.decode(forColumn: "bytes")
        videoID = try row.decode(forColumn: "video_id")
        facts = try row.decode(forColumn: "facts")
        createdAt = Date(milliseconds: try row.decode(forColumn: "created_at"))
    }
}

/// An object that is about to be stored.
package struct NewInstance: Sendable {
    package let identifiers: InstanceIdentifiers
    /// What it says of itself, JSON text.
    package let facts: String
    /// Of the video that it is, JSON text; nil for an object without frames.
    package let videoFacts: String?

    package init(identifiers: InstanceIdentifiers, facts: String, videoFacts: String?) {
        self.identifiers = identifiers
        self.facts = facts
        self.videoFacts = videoFacts
    }
}

/// An explanation that is queued with the object it explains.
package struct NewExplanation: Sendable {
    /// An id, or the name of a bundled model.
    package let modelID: String
    /// JSON text, for the id of the video.
    package let request: @Sendable (_ videoID: String) -> String

    package init(modelID: String, request: @escaping @Sendable (_ videoID: String) -> String) {
        self.modelID = modelID
        self.request = request
    }
}

/// What came of an object that was sent.
package enum InstanceOutcome: Hashable, Sendable {
    /// - Parameter explanations: ids of those that were queued.
    case stored(InstanceRecord, explanations: [String])
    /// The instance was there, with these bytes or with others; it stays as it was.
    case existing(InstanceRecord, isSame: Bool)
}
