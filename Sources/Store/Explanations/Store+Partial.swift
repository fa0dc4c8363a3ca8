import GRDB
import Synchronization

extension Store {
    /// Keeps what is finished of a job in place of what was kept before, all or nothing. It stays when the job fails or is cancelled, and goes when it
    /// succeeds or begins anew.
    /// - Parameters:
    ///   - clip: what maps are drawn on; stored with the first maps only.
    ///   - report: the artefact ``Artefact/Name/partial``.
    ///   - summary: JSON text, see ``ExplanationRecord/partial``.
    /// - Returns: false when the lease is lost, and then nothing is stored.
    package func keepPartial(
        _ job: ClaimedJob, maps: [MapRecord], clip: ClipFrames?, report: Artefact, summary: String
    ) throws -> Bool {
        let held = try write { database in
            try database.execute(
                sql: "UPDATE explanations SET partial = :partial WHERE id = :id AND lease_token = :token",
                arguments: ["partial": summary, "id": job.id, "token": job.token])
            guard database.changesCount > 0 else { return false }
            try database.execute(sql: "DELETE FROM maps WHERE explanation_id = ?", arguments: [job.id])
            for map in maps { try map.insert(explanation: job.id, in: database) }
            if let clip {
                try database.execute(sql: "DELETE FROM clips WHERE explanation_id = ?", arguments: [job.id])
                try clip.insert(explanation: job.id, in: database)
            }
            try Self.removeArtefact(.partial, of: job.id, in: database)
            try report.insert(explanation: job.id, in: database)
            return true
        }
        if held { publish(job.id) }
        return held
    }

    /// Whether a client asked this process to cancel a job. Costs no access to the database; what another process was asked is there alone.
    package func isCancelAsked(_ job: ClaimedJob) -> Bool { cancellations.contains(job.id) }

    static func removePartial(of id: String, in database: Database) throws {
        try database.execute(sql: "DELETE FROM maps WHERE explanation_id = ?", arguments: [id])
        try database.execute(sql: "DELETE FROM clips WHERE explanation_id = ?", arguments: [id])
        try removeArtefact(.partial, of: id, in: database)
    }

    private static func removeArtefact(_ name: Artefact.Name, of id: String, in database: Database) throws {
        try database.execute(
            sql: "DELETE FROM artefacts WHERE explanation_id = ? AND name = ?", arguments: [id, name.rawValue])
    }
}

/// Running jobs that clients of this process want to end, so that a job learns of it at its next step.
final class Cancellations: Sendable {
    private let ids = Mutex<Set<String>>([])

    func add(_ id: String) { ids.withLock { _ = $0.insert(id) } }
    func remove(_ id: String) { ids.withLock { _ = $0.remove(id) } }
    func contains(_ id: String) -> Bool { ids.withLock { $0.contains(id) } }
}
