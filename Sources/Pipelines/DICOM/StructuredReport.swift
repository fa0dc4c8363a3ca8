import DICOM

/// What the model said and how far its explanation can be trusted, as a Comprehensive SR in the form of an Imaging Measurement Report
/// (PS3.16, TID 1500).
struct StructuredReport {
    private let maker: ResultMaker
    private var result: ReportedResult { maker.result }

    init(_ maker: ResultMaker) { self.maker = maker }

    var attributes: DataSet {
        var set = root.dataSet
        set.put(0x0008_0060, .code, "SR")
        set.put(0x0008_103E, .long, "Cinegrad report - NOT FOR DIAGNOSIS")
        set.put(0x0020_0011, .integer, "9402")
        set[0x0008_1111] = .items([])
        set[0x0040_A372] = .items([])
        set.put(0x0040_A491, .code, "COMPLETE")
        set.put(0x0040_A493, .code, "UNVERIFIED")
        set.put(0x0040_A496, .code, "PRELIMINARY")
        set[0x0040_A375] = .items([evidence])
        return set
    }

    /// Everything that is referred to (PS3.3, C.17.2.3).
    private var evidence: DataSet {
        func series(_ uid: String, _ reference: ObjectReference) -> DataSet {
            var item = DataSet()
            item.put(0x0020_000E, .uid, uid)
            item[0x0008_1199] = .items([reference.dataSet])
            return item
        }
        var item = DataSet()
        item.put(0x0020_000D, .uid, maker.source.study)
        item[0x0008_1115] = .items([
            series(maker.source.series, reference(frames: [])), series(maker.series(.cine), cine),
        ])
        return item
    }

    private func reference(frames: [Int]) -> ObjectReference {
        ObjectReference(sopClass: maker.source.sopClass, instance: maker.source.instance, frames: frames)
    }

    /// The cine that is made when nothing is asked for.
    private var cine: ObjectReference {
        ObjectReference(
            sopClass: ResultKind.cine.sopClass, instance: maker.identifier(.cine, ""), frames: [])
    }

    private var root: ContentItem {
        ContentItem(
            nil, CodedConcept("126000", "DCM", "Imaging Measurement Report"), .container(template: "1500"),
            [language] + observer + [
                procedure,
                ContentItem(
                    .contains, CodedConcept("111028", "DCM", "Image Library"), .container(template: nil),
                    [
                        ContentItem(
                            .contains, CodedConcept("126200", "DCM", "Image Library Group"), .container(template: nil),
                            [
                                ContentItem(.contains, nil, .image(reference(frames: result.sourceFrames))),
                                ContentItem(.contains, nil, .image(cine)),
                            ])
                    ]),
                ContentItem(
                    .contains, CodedConcept("126010", "DCM", "Imaging Measurements"), .container(template: nil),
                    [prediction, attribution]),
            ])
    }

    private var language: ContentItem {
        ContentItem(
            .hasModifier, CodedConcept("121049", "DCM", "Language of Content Item and Descendants"),
            .code(CodedConcept("en", "RFC5646", "English")))
    }

    private var procedure: ContentItem {
        ContentItem(
            .hasModifier, CodedConcept("121058", "DCM", "Procedure reported"),
            .code(
                maker.facts.modality == "US"
                    ? CodedConcept("16310003", "SCT", "Ultrasonography")
                    : CodedConcept("363679005", "SCT", "Imaging procedure")))
    }

    /// The device that observed (TID 1004).
    private var observer: [ContentItem] {
        func item(_ code: String, _ meaning: String, _ value: ContentItem.Value) -> ContentItem {
            ContentItem(.hasContext, CodedConcept(code, "DCM", meaning), value)
        }
        return [
            item("121005", "Observer Type", .code(CodedConcept("121007", "DCM", "Device"))),
            item("121012", "Device Observer UID", .uid(ResultMark.implementation)),
            item("121013", "Device Observer Name", .text(ResultMark.manufacturer)),
            item("121014", "Device Observer Manufacturer", .text(ResultMark.manufacturer)),
            item("121015", "Device Observer Model Name", .text(result.softwareText)),
        ]
    }

    /// What the model said (TID 1501).
    private var prediction: ContentItem {
        let said = result.prediction
        let model = result.provenance.model
        var items = group("prediction", algorithm: model.name, version: model.sha256)
        if let label = said.label {
            items.append(ContentItem(.contains, CodedConcept("121071", "DCM", "Finding"), .text(label)))
        }
        items.append(number(Self.score, "Model output", said.value, unit: Self.unit(said.unit)))
        if let probability = said.probability {
            // Softmax: what the model itself makes of its certainty.
            items.append(
                ContentItem(
                    .contains, CodedConcept("111012", "DCM", "Certainty of Finding"),
                    .number(100 * probability, unit: Self.unit("%"))))
        }
        return ContentItem(
            .contains, CodedConcept("125007", "DCM", "Measurement Group"), .container(template: "1501"), items)
    }

    /// Where that came from, and how far this can be trusted (TID 1501).
    private var attribution: ContentItem {
        var items = group(
            "attribution", algorithm: result.softwareText,
            version: result.provenance.software.revision ?? result.provenance.software.version)
        items.append(
            ContentItem(
                .hasModifier, CodedConcept("111002", "DCM", "Algorithm Parameters"), .text(result.methodText)))
        items.append(
            ContentItem(.contains, CodedConcept("130401", "DCM", "Visual explanation"), .image(cine)))
        items.append(number(Self.score, "Explained score: \(result.target.description)", result.target.value))
        if let shares = result.shares {
            items += [
                number(Self.saliency, "Share of appearance", shares.appearance),
                number(Self.saliency, "Share of motion", shares.motion),
                number(Self.saliency, "Share of the residual", shares.residual),
            ]
        }
        if let explained = result.fidelity?.changeExplainedByFlow {
            items.append(number(Self.ratio, "Change explained by flow", explained))
        }
        for map in result.checks.randomisation?.maps ?? [] {
            guard let similarity = map.allWeights.spearman else { continue }
            items.append(number(Self.quantity, "Likeness to an untrained model's map: \(map.kind)", similarity))
        }
        if let error = result.checks.repeatability?.relativeStandardError {
            items.append(number(Self.ratio, "Relative error by sampling", error))
        }
        for sentence in result.reading + [result.notice] {
            items.append(ContentItem(.contains, CodedConcept("121106", "DCM", "Comment"), .text(sentence)))
        }
        return ContentItem(
            .contains, CodedConcept("125007", "DCM", "Measurement Group"), .container(template: "1501"), items)
    }

    /// What a group of measurements begins with: how it is tracked, and the algorithm (TID 4019).
    private func group(_ name: String, algorithm: String, version: String) -> [ContentItem] {
        [
            ContentItem(
                .hasContext, CodedConcept("112039", "DCM", "Tracking Identifier"),
                .text("\(maker.explanation) \(name)")),
            ContentItem(
                .hasContext, CodedConcept("112040", "DCM", "Tracking Unique Identifier"),
                .uid(DICOMUID.named("cinegrad", "tracking", maker.explanation, name))),
            ContentItem(.hasModifier, CodedConcept("111001", "DCM", "Algorithm Name"), .text(algorithm)),
            ContentItem(.hasModifier, CodedConcept("111003", "DCM", "Algorithm Version"), .text(version)),
        ]
    }

    // There are codes for what kind of number these are, and none for which: words say that.
    private static let score = CodedConcept("246262008", "SCT", "Score")
    private static let saliency = CodedConcept("130404", "DCM", "Saliency")
    private static let ratio = CodedConcept("118586006", "SCT", "Ratio")
    private static let quantity = CodedConcept("246205007", "SCT", "Quantity")

    /// - Parameter meaning: what the number is in words, since its code leaves that open (PS3.16, TID 300).
    private func number(
        _ concept: CodedConcept, _ meaning: String, _ value: Double, unit: CodedConcept = unit(nil)
    ) -> ContentItem {
        ContentItem(
            .contains, concept, .number(value, unit: unit),
            [
                ContentItem(
                    .hasModifier, CodedConcept("121050", "DCM", "Equivalent Meaning of Concept Name"), .text(meaning))
            ])
    }

    /// UCUM's code for a manifest's unit; what it does not know stands in braces, which it takes for a remark.
    private static func unit(_ unit: String?) -> CodedConcept {
        switch unit {
        case nil, "": CodedConcept("1", "UCUM", "no units")
        case "%": CodedConcept("%", "UCUM", "percent")
        case "mmHg": CodedConcept("mm[Hg]", "UCUM", "mmHg")
        case let unit? where Self.known.contains(unit): CodedConcept(unit, "UCUM", unit)
        case let unit?: CodedConcept("{\(annotation(unit))}", "UCUM", String(unit.prefix(64)))
        }
    }

    /// What may stand in UCUM's braces, and fits a code's 16 characters with them.
    private static func annotation(_ unit: String) -> String {
        let allowed = unit.unicodeScalars.filter {
            (0x21...0x7E).contains($0.value) && !"{}\\".unicodeScalars.contains($0)
        }
        return String(String.UnicodeScalarView(allowed.prefix(14)))
    }

    private static let known: Set<String> = [
        "ml", "mL", "l", "mm", "cm", "m", "s", "ms", "cm/s", "m/s", "a", "kg", "g",
    ]
}
