import Store

/// Why the service cannot start, where the settings and the listener have no word for it.
enum ServeError: Error, Equatable, Sendable {
    case dataDirectory(path: String, StoreError)
    /// Others reach the service, and nobody has a token that can be used.
    case noToken
    /// Webhooks are allowed, and something that they take is missing.
    case webhooks(reason: String)
    /// Tokens of an issuer are taken, and something that they take is missing.
    case issuer(reason: String)
}

extension ServeError: CustomStringConvertible {
    var description: String {
        switch self {
        case .dataDirectory(let path, .corrupt(let what)):
            "the data directory \(path) cannot be used: \(what) is damaged on the disk. \"cinegrad check --data-directory "
                + "\(path)\" tells how far it goes; docs/operations.md tells how to restore a backup"
        case .dataDirectory(let path, let error): "the data directory \(path) cannot be used: \(error)"
        case .webhooks(let reason): "webhooks are allowed (webhooks.allow), but \(reason)"
        case .issuer(let reason): "tokens of an issuer are taken (jwt.issuer), but \(reason)"
        case .noToken:
            "other machines may reach the service (server.host, server.tls-in-front), and there is no token that can be "
                + "used: make one on the same data directory with cinegrad tokens create NAME --scope manage"
        }
    }
}
