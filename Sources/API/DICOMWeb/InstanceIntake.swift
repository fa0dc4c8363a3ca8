import DICOM
import HTTPServer
import Logging
import Pipelines
import Store
import Video

/// Takes DICOM objects in, one after the other: to the disk, read in a process of its own, stored with what is to be explained of it.
struct InstanceIntake: Sendable {
    let resources: Resources
    /// Of which the objects must be; nil takes any.
    let study: String?
    /// To whom they belong.
    let owner: String

    /// - Throws: ``InstanceRefusal`` for what is wrong with the object; else what has to do with the connection or the service.
    func take<Body: AsyncSequence>(_ body: Body) async throws -> StoredInstance where Body.Element == [UInt8] {
        var sink = try await UploadSink(resources.store)
        guard try await sink.receive(body, limit: resources.limits.videoBytes) else {
            sink.cancel()
            throw InstanceRefusal(
                identifiers: nil, reason: .tooLarge, cause: BodyError.tooLarge(limit: resources.limits.videoBytes))
        }
        let content = try await sink.finish()
        let stored = try await offload { try accept(content) }
        if stored.isNew { resources.wake() }
        return stored
    }

    /// Blocks.
    private func accept(_ content: Content) throws -> StoredInstance {
        var isKept = false
        defer { if !isKept { try? resources.store.discard(content) } }
        let read: (facts: DICOMFacts, video: VideoFacts?)
        do {
            read = try DICOMProbe.probe(content.url, limits: resources.limits.video)
        } catch let error as VideoError {
            throw InstanceRefusal(identifiers: nil, reason: .init(error), cause: error)
        }
        let facts = read.facts
        guard let identifiers = InstanceIdentifiers(facts) else {
            throw InstanceRefusal(
                identifiers: nil, reason: .lacksIdentifiers, cause: ServiceError.noIdentifiers)
        }
        func refusal(_ reason: InstanceRefusal.Reason, _ cause: any Error) -> InstanceRefusal {
            InstanceRefusal(identifiers: identifiers, reason: reason, cause: cause)
        }
        if let study, identifiers.study != study {
            throw refusal(
                .otherStudy, ServiceError.invalidParameter(name: "study", reason: "the object is of another study"))
        }
        if let problem = facts.pixelProblem, !problem.leavesObjectWhole {
            throw refusal(.init(problem), VideoError.dicom(problem))
        }
        let document = DICOMDocument(facts)
        let isExplained = document.notExplained == nil && read.video != nil
        let new = NewInstance(
            identifiers: identifiers, facts: JSONText(document).text,
            videoFacts: read.video.map { JSONText(StoredVideoFacts($0)).text })
        do {
            let outcome = try resources.store.addInstance(
                content, new, explanations: isExplained ? explanations(facts, read.video) : [], owner: owner)
            switch outcome {
            case .stored:
                isKept = true
                return StoredInstance(
                    identifiers: identifiers, warning: isExplained ? nil : .notExplained, isNew: true)
            case .existing(let record, let isSame):
                isKept = isSame
                return StoredInstance(
                    identifiers: record.identifiers,
                    warning: !isSame ? .keptFirst : isExplained ? nil : .notExplained, isNew: false)
            }
        } catch let error as StoreError {
            switch error {
            case .queueFull, .shareFull, .diskFull: throw refusal(.busy, error)
            default: throw error
            }
        }
    }

    /// Those that the rules ask for and that can be carried out. What cannot is written to the log and hinders nobody from storing.
    private func explanations(_ facts: DICOMFacts, _ video: VideoFacts?) -> [NewExplanation] {
        guard let video else { return [] }
        let subject = RoutingSubject(
            modality: facts.modality, seriesDescription: facts.seriesDescription,
            studyDescription: facts.studyDescription, station: facts.station, frames: video.frames, width: video.width,
            height: video.height)
        let submission = ExplanationSubmission(resources: resources)
        return resources.routing.rules(for: subject).compactMap { rule in
            do {
                return try submission.routed(rule, video: StoredVideoFacts(video))
            } catch {
                resources.logger.warning(
                    "a rule of dicom.routes cannot be carried out for an object",
                    metadata: [
                        "rule.model": "\(rule.model)",
                        "error.code": "\(Problem(error)?.code ?? Problem.internalError.code)",
                    ])
                return nil
            }
        }
    }
}

extension InstanceIdentifiers {
    /// Nil when one of them is missing.
    init?(_ facts: DICOMFacts) {
        guard let study = facts.study, let series = facts.series, let instance = facts.instance,
            let sopClass = facts.sopClass
        else { return nil }
        self.init(study: study, series: series, instance: instance, sopClass: sopClass)
    }
}

extension InstanceRefusal.Reason {
    /// Why an object could not be read at all.
    init(_ error: VideoError) {
        switch error {
        case .dicom(let error): self.init(error)
        case .tooLarge: self = .tooLarge
        case .empty, .notAVideo, .truncated, .noVideoStream, .noFrames, .unsupportedCodec, .decodingFailed, .tooShort,
            .frameOutOfRange, .tooSmall, .malformedArray, .arrayShape, .invalidSampling, .unreadable, .notExplained,
            .notShown:
            self = .notUnderstood
        }
    }

    init(_ error: DICOMError) {
        switch error.kind {
        case .malformed, .truncated, .damaged, .noPixels, .unsupported: self = .notUnderstood
        case .tooLarge: self = .tooLarge
        case .readerEnded: self = .processing
        }
    }
}

extension DICOMError {
    /// Whether the object is kept all the same: it has no pixels, or such as are not decoded here.
    fileprivate var leavesObjectWhole: Bool {
        switch kind {
        case .noPixels, .unsupported: true
        case .malformed, .truncated, .damaged, .tooLarge, .readerEnded: false
        }
    }
}
