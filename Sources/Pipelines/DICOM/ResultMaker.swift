package import Cine
package import DICOM
package import Foundation

/// Makes the objects of one explanation. The same explanation gives the same bytes under the same identifiers, so that storing them again changes
/// nothing.
package struct ResultMaker {
    let material: any PictureMaterial
    let facts: DICOMFacts
    let source: DICOMIdentity
    let result: ReportedResult
    /// An explanation's id: identifiers are made from it.
    let explanation: String
    private let moment: DICOMMoment

    /// - Parameters:
    ///   - report: JSON.
    ///   - header: of the object that was explained.
    ///   - explanation: its id, or another name that no other has.
    ///   - finished: when it was done, which the objects tell.
    /// - Throws: ``ResultObjectError``, `DecodingError` when the report is none.
    package init(
        _ material: any PictureMaterial, report: Data, header: DICOMHeader, explanation: String, finished: Date
    ) throws {
        guard let identity = header.identity else { throw ResultObjectError.noIdentity }
        self.material = material
        facts = header.facts
        source = identity
        result = try ReportedResult(report)
        self.explanation = explanation
        moment = DICOMMoment(finished)
    }

    /// - Parameters:
    ///   - map: nil for the one that says most: the flow's where there is one.
    ///   - allFrames: more than viewers take for a cine, too.
    /// - Throws: ``PictureError`` when there is no such map; what drawing throws.
    package func cine(map: MapKind?, allFrames: Bool) throws -> ResultObject {
        let cine = try SaliencyCine(self, map: map, allFrames: allFrames)
        // What is made when nothing is asked for has the plain name.
        let isPreferred = cine.kind == SaliencyCine.preferredMap(material.facts)
        let name = (isPreferred ? "" : cine.kind.rawValue) + (allFrames ? " all" : "")
        let frames = try cine.frames()
        return object(.cine, name: name, try cine.attributes(frames), frames: frames)
    }

    package func report() throws -> ResultObject {
        object(.report, name: "", StructuredReport(self).attributes, frames: nil)
    }

    /// - Parameter name: tells objects of a kind apart.
    private func object(_ kind: ResultKind, name: String, _ own: DataSet, frames: [[UInt8]]?) -> ResultObject {
        let instance = identifier(kind, name)
        var set = source.dataSet
        set.merge(own)
        set.put(0x0008_0012, .date, moment.date)
        set.put(0x0008_0013, .time, moment.time)
        set.put(0x0008_0016, .uid, kind.sopClass)
        set.put(0x0008_0018, .uid, instance)
        set.put(0x0008_0021, .date, moment.date)
        set.put(0x0008_0023, .date, moment.date)
        set.put(0x0008_0031, .time, moment.time)
        set.put(0x0008_0033, .time, moment.time)
        set.put(0x0020_000E, .uid, series(kind))
        set.put(0x0020_0013, .integer, "1")
        ResultMark.put(on: &set, version: result.softwareText)
        set[0x0018_A001] = contributors
        // Where the default repertoire is enough, no other is named: not every reader knows this one.
        if !set.isASCII { set.put(0x0008_0005, .code, "ISO_IR 192") }
        let meta = FileMetaInformation(
            sopClass: kind.sopClass, instance: instance,
            transferSyntax: frames == nil ? Self.explicitLittleEndian : PixelCompression.transferSyntax,
            implementation: ResultMark.implementation, implementationVersion: "CINEGRAD_1")
        // No tag is behind that of pixel data, so it comes last.
        var file = set.file(meta)
        let pixelOffset = frames == nil ? nil : file.count
        if let frames {
            var pixels = DataSet()
            pixels[0x7FE0_0010] = .frames(frames)
            file += pixels.encoded
        }
        return ResultObject(
            kind: kind, study: source.study, series: series(kind), instance: instance, attributes: set, file: file,
            pixelOffset: pixelOffset)
    }

    private static let explicitLittleEndian = "1.2.840.10008.1.2.1"

    /// Of the object that is made when nothing is asked for: name "".
    func identifier(_ kind: ResultKind, _ name: String) -> String {
        DICOMUID.named("cinegrad", "instance", explanation, kind.rawValue, name)
    }

    func series(_ kind: ResultKind) -> String { DICOMUID.named("cinegrad", "series", explanation, kind.rawValue) }

    /// The machine that took the source; nil where that does not say who made it (PS3.3, C.12.1.1.5).
    private var contributors: DataSet.Value? {
        guard !facts.manufacturer.isEmpty, !facts.isOwnResult else { return nil }
        var item = DataSet()
        item.put(0x0008_0070, .long, String(facts.manufacturer.prefix(64)))
        if !facts.model.isEmpty { item.put(0x0008_1090, .long, String(facts.model.prefix(64))) }
        item[0x0040_A170] = .items([CodedConcept("109101", "DCM", "Acquisition Equipment").dataSet])
        return .items([item])
    }
}
