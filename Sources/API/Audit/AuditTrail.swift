import Glibc
import HTTPServer
import HTTPTypes
import Logging
import Models
package import Store
import Synchronization

/// Puts down who did what: every request that may change something, and every one that was denied.
package struct AuditTrail: Sendable {
    private let store: Store
    private let copiesToSyslog: Bool
    private let strangers = StrangerAllowance()

    /// - Parameter copiesToSyslog: whether entries go to the machine's log too (syslog(3), facility authpriv), which this service cannot change.
    package init(store: Store, copiesToSyslog: Bool) {
        self.store = store
        self.copiesToSyslog = copiesToSyslog
    }

    /// Whether requests by a method may change something. `HEAD` and `GET` are safe (RFC 9110, section 9.2.1).
    static func covers(_ method: HTTPRequest.Method) -> Bool { method != .get && method != .head }

    /// What a request is about, before it is carried out: afterwards a deleted model has no name any more.
    func object(of route: Route, _ parameters: [String: String]) throws -> AuditEntry.Object? {
        let kinds = ["videos": "video", "models": "model", "explanations": "explanation", "evaluations": "evaluation"]
        // Digits and dots, of which a client makes no words.
        if let study = parameters["study"] {
            let isUID =
                (1...64).contains(study.utf8.count)
                && study.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
            return AuditEntry.Object(kind: "study", id: isUID ? study : nil)
        }
        let segments = route.pattern.split(separator: "/")
        guard segments.count > 1, let kind = kinds[String(segments[1])] else { return nil }
        guard let name = parameters["id"] else { return AuditEntry.Object(kind: kind, id: nil) }
        if Identifier.isWellFormed(name) || BundledModel(rawValue: name) != nil {
            return AuditEntry.Object(kind: kind, id: name)
        }
        // Any other name is the client's own words.
        return AuditEntry.Object(kind: kind, id: kind == "model" ? try store.model(name: name)?.id : nil)
    }

    /// - Throws: `StoreError` when the entry cannot be stored; it is in the machine's log even then.
    func add(_ entry: AuditEntry) throws {
        if entry.who == Identity.unknown, !strangers.takes(at: .now) { return }
        if copiesToSyslog { SystemLog.write(entry) }
        try store.audit(entry)
    }
}

extension AuditEntry {
    /// - Parameters:
    ///   - made: the object that was named before the request; what the request made is found by its address.
    ///   - foreign: what the request was kept from because it belongs to another.
    init(
        who: String, route: Route, object made: Object?, foreign: ForeignThing?, response: Response, requestID: String
    ) {
        var object = made
        if let foreign {
            let isName = !Identifier.isWellFormed(foreign.id)
            object = object ?? Object(kind: foreign.kind.rawValue, id: isName ? nil : foreign.id)
        }
        if let kind = made?.kind, made?.id == nil,
            let id = response.headers[.location]?.split(separator: "/").last.map(String.init),
            Identifier.isWellFormed(id)
        {
            object = Object(kind: kind, id: id)
        }
        let outcome: Outcome =
            switch response.status.code {
            case 401, 403: .denied
            case _ where foreign != nil: .denied
            case 400..<500: .refused
            case 500...: .failed
            default: .done
            }
        self.init(
            who: who, action: "\(route.method) \(route.pattern)", object: object, outcome: outcome, requestID: requestID
        )
    }

    /// The entry in one line, in the form `name=value`.
    package var line: String {
        let fields = [
            ("who", who), ("action", action), ("object", object.map { $0.id ?? $0.kind }),
            ("outcome", outcome.rawValue),
            ("request", requestID),
        ]
        return "audit: " + fields.compactMap { name, value in value.map { "\(name)=\"\($0)\"" } }.joined(separator: " ")
    }
}

/// How many entries those get who have no token: anybody can make one, and the log must not fill the disk.
package final class StrangerAllowance: Sendable {
    package static let entriesPerMinute = 100
    private struct Minute {
        var start: ContinuousClock.Instant
        var entries: Int
    }
    private let minute = Mutex<Minute?>(nil)

    package init() {}

    /// Counts an entry.
    /// - Returns: whether it is to be put down.
    package func takes(at now: ContinuousClock.Instant) -> Bool {
        minute.withLock { minute in
            var current = minute ?? Minute(start: now, entries: 0)
            if now - current.start >= .seconds(60) { current = Minute(start: now, entries: 0) }
            current.entries += 1
            minute = current
            return current.entries <= Self.entriesPerMinute
        }
    }
}

/// The machine's log.
private enum SystemLog {
    static func write(_ entry: AuditEntry) {
        // Not as the format: that it has no % today is no reason.
        entry.line.withCString { line in
            withVaList([line]) {
                vsyslog(LOG_AUTHPRIV | (entry.outcome == .denied ? LOG_WARNING : LOG_NOTICE), "%s", $0)
            }
        }
    }
}
