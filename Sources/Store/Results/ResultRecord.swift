package import Foundation
import GRDB

/// An explanation as an object for the archive that its source came from.
package struct ResultRecord: Hashable, Sendable {
    package let explanation: String
    /// `cine` or `sr`.
    package let kind: String
    package let study, series, instance: String
    /// DICOM JSON of everything but pixel data. Names a patient.
    package let attributes: String
    /// Where pixel data begins in the file; nil without.
    package let pixelOffset: Int?

    package init(
        explanation: String, kind: String, study: String, series: String, instance: String, attributes: String,
        pixelOffset: Int?
    ) {
        self.explanation = explanation
        self.kind = kind
        self.study = study
        self.series = series
        self.instance = instance
        self.attributes = attributes
        self.pixelOffset = pixelOffset
    }

    init(row: Row) throws {
        explanation = try row.decode(forColumn: "explanation_id")
        kind = try row.decode(forColumn: "kind")
        study = try row.decode(forColumn: "study")
        series = try row.decode(forColumn: "series")
        instance = try row.decode(forColumn: "instance")
        attributes = try row.decode(forColumn: "attributes")
        pixelOffset = try row.decode(Int?.self, forColumn: "pixel_offset")
    }
}

/// How far the results of an explanation are on their way to the archive. The raw values are the names in the HTTP interface.
package enum ExportState: String, Hashable, Sendable, CaseIterable {
    /// They are still to be made, or to be stored in the archive, the next time at ``ExportRecord/dueAt``.
    case waiting
    /// They are made, and no archive is configured.
    case kept
    /// The archive has them.
    case stored
    /// No more attempts are made, unless a client asks for one.
    case failed
}

package struct ExportRecord: Hashable, Sendable {
    package let explanation: String
    package let state: ExportState
    package let attempts: Int
    package let dueAt, changedAt: Date
    /// Of the last attempt, if it failed; with ``errorMessage``.
    package let errorCode, errorMessage: String?

    init(row: Row) throws {
        explanation = try row.decode(forColumn: "explanation_id")
        guard let state = ExportState(rawValue: try row.decode(forColumn: "state")) else {
            throw StoreError.corrupt("the state of an export")
        }
        self.state = state
        attempts = try row.decode(forColumn: "attempts")
        dueAt = Date(milliseconds: try row.decode(forColumn: "due_at"))
        changedAt = Date(milliseconds: try row.decode(forColumn: "changed_at"))
        errorCode = try row.decode(forColumn: "error_code")
        errorMessage = try row.decode(forColumn: "error_message")
    }
}
