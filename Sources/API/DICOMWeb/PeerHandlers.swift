import Crypto
import HTTPServer
import HTTPTypes
import Store

/// The shape in which Orthanc sends to its peers.
struct PeerHandlers: Sendable {
    let resources: Resources

    /// `POST /instances`: one object, whatever its content type says, as it is or in gzip's coding.
    @Sendable func store(_ request: Request) async throws -> Response {
        try request.allowQuery()
        let body = try request.decodedBody(limit: resources.limits.videoBytes)
        do {
            let stored = try await InstanceIntake(
                resources: resources, study: nil, owner: request.caller.owner
            ).take(body)
            return .json(JSONText(stored: PeerDocument(stored.identifiers, isNew: stored.isNew).json))
        } catch let refusal as InstanceRefusal {
            throw refusal.cause
        }
    }
}

/// What became of an object, in Orthanc's words.
package enum PeerStatus: String, Hashable, Sendable, CaseIterable {
    case stored = "Success"
    case known = "AlreadyStored"
}

/// In Orthanc's words.
private struct PeerDocument {
    let json: String

    init(_ identifiers: InstanceIdentifiers, isNew: Bool) {
        let path =
            "/dicom-web/studies/\(identifiers.study)/series/\(identifiers.series)/instances/\(identifiers.instance)"
        // Looks like Orthanc's, which has the patient's number in it.
        let digest = Insecure.SHA1.hash(data: Array(path.utf8)).map {
            $0 < 16 ? "0\(String($0, radix: 16))" : String($0, radix: 16)
        }
        .joined()
        let id = stride(from: 0, to: 40, by: 8).map { offset in
            String(digest.dropFirst(offset).prefix(8))
        }.joined(separator: "-")
        let status = isNew ? PeerStatus.stored : .known
        json = #"{"ID":"\#(id)","Path":"\#(path)","Status":"\#(status.rawValue)"}"#
    }
}
