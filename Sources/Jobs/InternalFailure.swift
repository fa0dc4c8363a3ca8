import Foundation
import Store

/// A failure that the client learns only an id of.
struct InternalFailure {
    /// Stands in the log and in the client's message.
    let id = String(UUID().uuidString.prefix(8))

    static let code = "job.internal"

    var message: String { "It failed for a reason of the service's own. The log has more under the error id \(id)." }

    /// What a log may hold of an error: its type and case. Texts and payloads of errors may name files, and those may name patients; the store's
    /// speak only of ids and of its own directory.
    static func loggable(_ error: any Error) -> String {
        if let error = error as? StoreError { return error.description }
        let type = String(reflecting: Swift.type(of: error))
        let mirror = Mirror(reflecting: error)
        guard mirror.displayStyle == .enum, let label = mirror.children.first?.label else { return type }
        return "\(type).\(label)"
    }
}
