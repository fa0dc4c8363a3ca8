import DICOM

/// What a DICOM object says of itself, as it is stored beside the video and as clients see it. Nothing in it names a patient.
struct DICOMDocument: Codable, Hashable, Sendable {
    let study, series, instance, sopClass: String?
    let transferSyntax: String
    let modality: String?
    let photometricInterpretation: String?
    /// Of the object's own frames, of which the video is `region`.
    let rows, columns: Int?
    let region: Region?
    let frameRateSource: String?
    let heartRate: Double?
    let rWaveMilliseconds: [Double]?
    /// Why it is kept and not explained.
    let notExplained: Exclusion?

    struct Region: Codable, Hashable, Sendable {
        let x, y, width, height: Int
        let centimetresPerPixel: Scale?
    }

    struct Scale: Codable, Hashable, Sendable { let x, y: Double }

    struct Exclusion: Codable, Hashable, Sendable { let code, reason: String }

    init(_ facts: DICOMFacts) {
        study = facts.study
        series = facts.series
        instance = facts.instance
        sopClass = facts.sopClass
        transferSyntax = facts.transferSyntax
        modality = facts.modality.isEmpty ? nil : facts.modality
        photometricInterpretation = facts.image?.photometricInterpretation
        rows = facts.image?.rows
        columns = facts.image?.columns
        region = facts.image.flatMap { image in
            facts.regions.tissue(columns: image.columns, rows: image.rows).map { found in
                Region(
                    x: found.box.x, y: found.box.y, width: found.box.width, height: found.box.height,
                    centimetresPerPixel: found.region.centimetresPerPixel.map { Scale(x: $0.x, y: $0.y) })
            }
        }
        frameRateSource = facts.timing.source?.rawValue
        heartRate = facts.timing.heartRate
        rWaveMilliseconds = facts.timing.rWaveMilliseconds.isEmpty ? nil : facts.timing.rWaveMilliseconds
        notExplained = facts.exclusion.map { Exclusion(code: $0.rawValue, reason: $0.reason) }
    }
}
