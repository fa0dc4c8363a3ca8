import HTTPServer
import HTTPTypes
import Pipelines
import Store

/// Things belong to the token that made them. To others they are not there.
extension Caller {
    /// To whom what it makes belongs.
    var owner: String { token ?? "" }

    var viewer: Viewer { managesAll ? .all : .owner(owner) }
}

extension Resources {
    /// Whether a thing that a document names is there for whoever sent it.
    func sees(_ kind: OwnedKind, _ id: String, _ caller: Caller) throws -> Bool {
        if caller.managesAll { return true }
        switch try store.standing(of: caller.viewer, to: kind, id: id) {
        case .own, .shared: return true
        case .foreign, nil: return false
        }
    }

    /// The id of a model by its id or name; nil when there is none for this caller.
    func modelID(of name: String, for caller: Caller) throws -> String? {
        guard let id = try library.id(of: name) else { return nil }
        guard id.hasPrefix("mdl_") else { return id }
        return try sees(.model, id, caller) ? id : nil
    }
}

/// Keeps requests from what belongs to others, by the address alone: no handler can forget it.
struct OwnershipGate: Sendable {
    let store: Store

    /// What an address below `/v1` is about.
    private static let kinds: [String: OwnedKind] = [
        "videos": .video, "models": .model, "explanations": .explanation, "evaluations": .evaluation,
    ]

    /// - Throws: ``ForeignThing`` when it belongs to another; ``ServiceError/missingScope(_:)`` when it is shared and would be changed, or when the
    ///   address is one of which this gate knows nothing.
    func check(_ request: Request, on route: Route) async throws {
        guard !request.caller.managesAll, !Routes.withoutToken.contains(route.pattern) else { return }
        let segments = route.pattern.split(separator: "/")
        guard segments.count > 1, segments[0] == "v1", let kind = Self.kinds[String(segments[1])] else {
            if Routes.filteredByHandlers.contains(where: { route.pattern.hasPrefix($0) }) { return }
            throw ServiceError.missingScope(.manage)
        }
        // Lists, which the store filters, and what makes a thing.
        guard segments.count > 2 else { return }
        let (store, id, viewer) = (store, request.parameter("id"), request.caller.viewer)
        switch try await offload({ try store.standing(of: viewer, to: kind, id: id) }) {
        case .own, nil: return
        case .shared:
            if AuditTrail.covers(route.method) { throw ServiceError.missingScope(.manage) }
        case .foreign: throw ForeignThing(kind: kind, id: id)
        }
    }
}

/// Something that belongs to another: to whoever asks it is not there, to the audit log it is.
struct ForeignThing: Error {
    let kind: OwnedKind
    let id: String

    var told: ServiceError { .notFound(what: kind.rawValue, id: id) }
}

extension Routes {
    /// Beginnings of addresses whose handlers look for things of the caller alone, or that are about none; each has a test of its own. Every other
    /// address that the gate does not know is for those alone who see everything.
    static let filteredByHandlers = ["/v1/studies/", "/dicom-web/", "/instances", "/metrics"]
}
