package import Foundation

/// An archive that results are stored in, as it is configured.
package struct Archive: Hashable, Sendable {
    /// How it takes objects. The raw values are the names in the configuration.
    package enum Service: String, Hashable, Sendable, CaseIterable {
        /// STOW-RS (PS3.18, 10.5): the URL is that of the DICOMweb service, `/studies` is added.
        case stow
        /// Orthanc's own interface: the URL is that of the server, `/instances` is added.
        case orthanc
    }

    package let url: String
    package let service: Service
    /// The value of the header `Authorization`; nil for none.
    package let authorization: String?
    /// Certificates to trust in place of the system's, PEM.
    package let certificates: URL?
    /// Of one request.
    package let seconds: Int
    /// Before it is given up.
    package let attempts: Int

    package init(
        url: String, service: Service, authorization: String?, certificates: URL?, seconds: Int, attempts: Int
    ) {
        self.url = url
        self.service = service
        self.authorization = authorization
        self.certificates = certificates
        self.seconds = seconds
        self.attempts = attempts
    }

    /// How long to wait behind a failed attempt: five seconds, then twice as long each time, at most an hour.
    /// - Parameter attempts: made so far.
    package static func pause(after attempts: Int) -> TimeInterval {
        min(5 * pow(2, Double(min(max(attempts, 1) - 1, 20))), 3600)
    }
}

/// Why an archive did not store an object. Holds nothing that names a patient.
package enum ArchiveError: Error, Hashable, Sendable {
    /// There was no answer: nobody listens, it takes too long, or the connection is not safe.
    case unreachable(reason: String)
    /// - Parameter status: of HTTP.
    case refused(status: Int)
    /// It answered what no archive answers.
    case nonsense(reason: String)
    /// It says that it could not store the object, by a code of PS3.18, I.2.2.
    case failed(reason: Int?)
}

extension ArchiveError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreachable(let reason): "the archive cannot be reached: \(reason)"
        case .refused(let status): "the archive refused the object with HTTP status \(status)"
        case .nonsense(let reason): "the archive's answer is none of DICOM's: \(reason)"
        case .failed(let reason):
            "the archive could not store the object"
                + (reason.map { ", failure reason \(String(format: "%04X", $0))" } ?? "")
        }
    }

    /// A stable name for programs.
    package var code: String {
        switch self {
        case .unreachable: "archive.unreachable"
        case .refused: "archive.refused"
        case .nonsense: "archive.nonsense"
        case .failed: "archive.failed"
        }
    }
}
