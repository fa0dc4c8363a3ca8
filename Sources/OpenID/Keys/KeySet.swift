package import Foundation
import JWTKit

/// The keys that an issuer publishes (RFC 7517, section 5).
package struct KeySet: Sendable {
    /// Bytes of its text.
    static let longest = 1 << 20
    private static let most = 100

    /// By name and by what they check.
    private let keys: [String: [SignatureAlgorithm: any JWTAlgorithm]]
    /// Why some of them are not trusted. The others are (RFC 7517, section 5).
    package let passedOver: [KeySetError]

    /// - Parameter json: its text.
    /// - Throws: ``KeySetError``: there is none in it that can be used.
    package init(json: Data) async throws {
        guard json.count <= Self.longest else { throw KeySetError.tooLarge }
        guard let document = try? JSONDecoder().decode(Document.self, from: json) else { throw KeySetError.malformed }
        guard document.keys.count <= Self.most else { throw KeySetError.tooLarge }
        var keys: [String: [SignatureAlgorithm: any JWTAlgorithm]] = [:]
        var passedOver: [KeySetError] = []
        for (index, key) in document.keys.enumerated() {
            guard let name = key.kid, !key.algorithms.isEmpty else { continue }
            do {
                guard !key.isPrivate else { throw KeySetError.privateKey(number: index + 1) }
                guard keys[name].map({ $0.keys.allSatisfy { !key.algorithms.contains($0) } }) ?? true else {
                    throw KeySetError.repeated(number: index + 1)
                }
                for (algorithm, verifier) in try await key.verifiers(number: index + 1) {
                    keys[name, default: [:]][algorithm] = verifier
                }
            } catch let error as KeySetError {
                passedOver.append(error)
            }
        }
        guard !keys.isEmpty else { throw passedOver.first ?? .empty }
        self.keys = keys
        self.passedOver = passedOver
    }

    package var count: Int { keys.count }

    /// By what they check.
    subscript(name: String) -> [SignatureAlgorithm: any JWTAlgorithm]? { keys[name] }

    private struct Document: Decodable {
        let keys: [PublishedKey]
    }
}

/// Why a text is no set of keys, or a key of it none. Numbers count its keys from 1.
package enum KeySetError: Error, Hashable, Sendable {
    case tooLarge
    case malformed
    case privateKey(number: Int)
    case repeated(number: Int)
    case unusable(number: Int)
    case empty
}

extension KeySetError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLarge: "it has more than 100 keys, or more than 1 MiB"
        case .malformed: "it is no JSON Web Key Set (an object with a list \"keys\")"
        case .privateKey(let number): "its key \(number) holds the private half (d), which only the issuer may have"
        case .repeated(let number): "its key \(number) has the name (kid) of one before it"
        case .unusable(let number): "its key \(number) is none of its kind, or an RSA key of fewer than 2048 bits"
        case .empty:
            "it has no key with a name (kid) that checks signatures by "
                + SignatureAlgorithm.allCases.map(\.rawValue).joined(separator: ", ")
        }
    }
}
