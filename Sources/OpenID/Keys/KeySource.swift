package import Foundation

/// Where an issuer's keys are.
package enum KeySource: Hashable, Sendable {
    case file(URL)
    /// - Parameter certificates: a file (PEM) of those to trust in place of the system's.
    case address(String, certificates: URL?)

    /// The keys as text. Blocks.
    /// - Throws: ``KeySourceError``
    func read() throws -> Data {
        switch self {
        case .file(let file):
            do {
                let handle = try FileHandle(forReadingFrom: file)
                defer { try? handle.close() }
                return try handle.read(upToCount: KeySet.longest + 1) ?? Data()
            } catch {
                throw KeySourceError.unreadable
            }
        case .address(let address, let certificates):
            return try KeyDownload(address: address, certificates: certificates).run()
        }
    }
}

/// Why there are no keys where they should be.
package enum KeySourceError: Error, Hashable, Sendable {
    case unreadable
    /// There was no answer: nobody listens, it takes too long, or the connection is not safe.
    case unreachable(reason: String)
    /// - Parameter status: of HTTP.
    case refused(status: Int)
}

extension KeySourceError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable: "the file cannot be read"
        case .unreachable(let reason): "the address cannot be reached: \(reason)"
        case .refused(let status): "the address answers with HTTP status \(status)"
        }
    }
}
