package import DICOM

/// What is made of an explanation for the archive that its source came from. The raw values are the names in the HTTP interface.
package enum ResultKind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Multi-frame True Color Secondary Capture: the source's frames with a map over them.
    case cine
    /// Comprehensive SR: what the model said and how far the explanation can be trusted.
    case report = "sr"

    package var sopClass: String {
        switch self {
        case .cine: "1.2.840.10008.5.1.4.1.1.7.4"
        case .report: "1.2.840.10008.5.1.4.1.1.88.33"
        }
    }
}

/// A result as an object of DICOM.
package struct ResultObject: Hashable, Sendable {
    package let kind: ResultKind
    package let study, series, instance: String
    /// Everything but file meta information and, of a cine, pixel data.
    package let attributes: DataSet
    /// A file of PS3.10.
    package let file: [UInt8]
    /// Where the element of pixel data begins in the file; nil without.
    package let pixelOffset: Int?
}

/// Why there is no such object of an explanation.
package enum ResultObjectError: Error, Hashable, Sendable {
    /// The video is no DICOM object.
    case noObject
    /// It does not say to which study and series it belongs.
    case noIdentity
}

extension ResultObjectError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noObject:
            "the video that was explained is no DICOM object, so there is no study that a result could belong to"
        case .noIdentity:
            "the DICOM object that was explained does not name its study, series, instance and class, so a result cannot refer to it"
        }
    }

    package var code: String {
        switch self {
        case .noObject: "dicom.no-source"
        case .noIdentity: "dicom.no-identity"
        }
    }
}
