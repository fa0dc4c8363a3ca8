/// What a DICOM object says of itself, without anything that names a patient.
package struct DICOMFacts: Hashable, Sendable, Codable {
    /// UIDs; nil when absent or none (PS3.5, 9.1).
    package var study, series, instance, sopClass: String?
    package var transferSyntax: String
    /// Texts that routes are chosen by; empty when absent.
    package var modality, manufacturer, model, station, studyDescription, seriesDescription: String
    /// Nil when it has none that can be decoded; ``pixelProblem`` says why.
    package var image: DICOMImage?
    package var pixelProblem: DICOMError?
    package var timing: DICOMTiming
    /// In the object's order.
    package var regions: [UltrasoundRegion]
    /// A result of this software, its own explanation of another object.
    package var isOwnResult: Bool
    /// What is left of a frame: the largest region of tissue, held to the frame's edges; nil when it states none.
    package var tissue: PixelBox?
    /// Whether the whole frame is shown, for want of regions: because the object says that nothing is burnt in (0028,0301), or because the
    /// operator lets such objects be seen.
    package var isSeenWhole: Bool
}

/// How pixels are stored.
package struct DICOMImage: Hashable, Sendable, Codable {
    package var rows, columns: Int
    /// As the object promises them.
    package var frames: Int
    package var samplesPerPixel: Int
    /// As it is written, such as `YBR_FULL_422`.
    package var photometricInterpretation: String
    package var bitsStored: Int
    /// A video's bit stream in place of frames.
    package var isStream: Bool
}

/// A rectangle of pixels.
package struct PixelBox: Hashable, Sendable, Codable {
    /// Of the pixel at its upper left, from 0.
    package var x, y: Int
    package var width, height: Int

    package init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    package var area: Int { width * height }
}

extension DICOMFacts {
    /// Objects whose clips are explained: ultrasound, with the retired classes that archives hold, and secondary captures of several frames.
    static let explainedClasses: Set<String> = [
        "1.2.840.10008.5.1.4.1.1.3.1", "1.2.840.10008.5.1.4.1.1.6.1", "1.2.840.10008.5.1.4.1.1.3",
        "1.2.840.10008.5.1.4.1.1.6", "1.2.840.10008.5.1.4.1.1.7.2", "1.2.840.10008.5.1.4.1.1.7.3",
        "1.2.840.10008.5.1.4.1.1.7.4",
    ]

    /// Whether anything of its frames is shown. Names are burnt in outside of the regions of tissue (PS3.15, E.3.1), so that without such a
    /// region nothing is known to be free of them.
    package var isShown: Bool { tissue != nil || isSeenWhole }

    /// Why the object is kept and not explained; nil when it can be.
    package var exclusion: Exclusion? {
        // Archives forward what is stored in them, results too: explaining those would never end.
        if isOwnResult { return .ownResult }
        guard let image else { return pixelProblem?.kind == .unsupported ? .undecodable : .noPixels }
        if let sopClass, !Self.explainedClasses.contains(sopClass) { return .otherKind }
        if regions.contains(where: { $0.format == .spectrum }) { return .doppler }
        if regions.contains(where: { $0.format == .motionMode }) { return .motionMode }
        if image.frames < 2 { return .still }
        if !isShown { return regions.isEmpty ? .noRegions : .noTissue }
        return nil
    }

    package enum Exclusion: String, Hashable, Sendable, Codable, CaseIterable {
        case noPixels = "no-pixels"
        case undecodable
        case otherKind = "other-kind"
        case doppler
        case motionMode = "m-mode"
        case noTissue = "no-tissue"
        case noRegions = "no-regions"
        case still
        case ownResult = "own-result"

        package var reason: String {
            switch self {
            case .noPixels: "it has no pixels"
            case .undecodable: "its pixels are encoded in a way that is not decoded here"
            case .otherKind: "it is neither ultrasound nor a secondary capture of several frames"
            case .doppler: "it shows a Doppler spectrum"
            case .motionMode: "it is an M-mode recording"
            case .noTissue: "none of its regions shows tissue"
            case .noRegions:
                "it states neither a region of tissue (0018,6011) nor that nothing is burnt in (0028,0301 NO), so that names may be in its pictures"
            case .still: "it is a still image"
            case .ownResult: "it is a result of this service"
            }
        }
    }
}
