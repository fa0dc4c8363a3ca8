import Store

/// Why the service cannot start, where the settings and the listener have no word for it.
enum ServeError: Error, Equatable, Sendable {
    case dataDirectory(path: String, StoreError)
}

extension ServeError: CustomStringConvertible {
    var description: String {
        switch self {
        case .dataDirectory(let path, let error): "the data directory \(path) cannot be used: \(error)"
        }
    }
}
