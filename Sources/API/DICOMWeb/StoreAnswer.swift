import HTTPServer
import HTTPTypes
import Store

/// An object that is stored, now or before.
struct StoredInstance: Hashable, Sendable {
    let identifiers: InstanceIdentifiers
    /// Why it is not quite as the sender may expect.
    let warning: Warning?
    let isNew: Bool

    /// Warning Reason (0008,1196), PS3.18, table I.2-1.
    enum Warning: Int, Hashable, Sendable {
        /// The instance was there already with other bytes, and those stay.
        case keptFirst = 0xB000
        /// It is stored and not explained.
        case notExplained = 0xB006
    }
}

/// An object that is not stored.
struct InstanceRefusal: Error {
    /// Failure Reason (0008,1197), PS3.18, table I.2-2.
    enum Reason: Int, Hashable, Sendable {
        case processing = 0x0110
        case tooLarge = 0xA700
        /// No room now: try again later.
        case busy = 0xA701
        /// An attribute is missing that every object has.
        case lacksIdentifiers = 0xA900
        /// It belongs to another study than the address says.
        case otherStudy = 0xA901
        case notUnderstood = 0xC000
    }

    /// Nil when they could not be read.
    let identifiers: InstanceIdentifiers?
    let reason: Reason
    /// In the terms of where it was found.
    let cause: any Error
}

/// The answer to a request to store (PS3.18, section 10.5.3).
struct StoreAnswer: Sendable {
    /// In the order in which they were sent.
    let results: [Result<StoredInstance, InstanceRefusal>]
    /// Of the service as the client sees it, such as `https://cinegrad.example`.
    let base: String

    /// 200 when all are stored as they should be, 202 when some are or there are warnings, 409 when none is; 503 when that is for want of room.
    var status: HTTPResponse.Status {
        var (stored, warned, failures): (Int, Bool, Set<InstanceRefusal.Reason>) = (0, false, [])
        for result in results {
            switch result {
            case .success(let instance):
                stored += 1
                warned = warned || instance.warning != nil
            case .failure(let refusal): failures.insert(refusal.reason)
            }
        }
        if stored == 0 { return failures == [.busy] ? .serviceUnavailable : .conflict }
        return warned || !failures.isEmpty ? .accepted : .ok
    }

    var elements: DICOMElements {
        var answer = DICOMElements()
        var (stored, failed): ([DICOMElements], [DICOMElements]) = ([], [])
        var studies: Set<String> = []
        for result in results {
            var item = DICOMElements()
            switch result {
            case .success(let instance):
                let identifiers = instance.identifiers
                item.refer(to: identifiers)
                item[.retrieveURL] = .text([
                    "\(study(identifiers))/series/\(identifiers.series)/instances/\(identifiers.instance)"
                ])
                if let warning = instance.warning { item[.warningReason] = .numbers([warning.rawValue]) }
                studies.insert(study(identifiers))
                stored.append(item)
            case .failure(let refusal):
                if let identifiers = refusal.identifiers { item.refer(to: identifiers) }
                item[.failureReason] = .numbers([refusal.reason.rawValue])
                failed.append(item)
            }
        }
        answer[.referencedSOPSequence] = .sequence(stored)
        // Senders take an empty sequence for a failure.
        if !failed.isEmpty { answer[.failedSOPSequence] = .sequence(failed) }
        if studies.count == 1 { answer[.retrieveURL] = .text(Array(studies)) }
        return answer
    }

    private func study(_ identifiers: InstanceIdentifiers) -> String {
        "\(base)/dicom-web/studies/\(identifiers.study)"
    }

    func response(as form: DICOMWebForm) -> Response {
        let status = status
        // No parameters: there are clients that compare the whole field.
        var headers: HTTPFields = [.contentType: form.rawValue, .cacheControl: "no-store"]
        if status == .serviceUnavailable { headers[.retryAfter] = "10" }
        return Response(status: status, headers: headers, body: .bytes(form == .xml ? elements.xml : elements.json))
    }
}

extension DICOMElements {
    fileprivate mutating func refer(to identifiers: InstanceIdentifiers) {
        self[.referencedSOPClassUID] = .text([identifiers.sopClass])
        self[.referencedSOPInstanceUID] = .text([identifiers.instance])
    }
}
