/// Something that a look through a data directory found.
package enum StoreFinding: Hashable, Sendable {
    /// What SQLite says of its file, or of a row that breaks the schema.
    case database(String)
    /// A row that refers to one that is not there.
    case danglingReference(table: String)
    /// A video or model without its bytes.
    case missingContent(id: String, sha256: String)
    case wrongSize(id: String, sha256: String, bytes: Int, expected: Int)
    /// Bytes that are not those that were stored.
    case wrongDigest(id: String, sha256: String)
    /// A map with more or fewer frames than it says.
    case incompleteMap(explanation: String, kind: String)
    /// A blob whose checksum does not fit.
    case damagedBlob(String)
    /// Bytes that no row refers to: an upload that was not acknowledged, or one that is under way.
    case unreferencedContent(sha256: String)

    /// Whether something that was acknowledged is lost or wrong.
    package var isDamage: Bool {
        switch self {
        case .unreferencedContent: false
        case .database, .danglingReference, .missingContent, .wrongSize, .wrongDigest, .incompleteMap, .damagedBlob:
            true
        }
    }
}

extension StoreFinding: CustomStringConvertible {
    package var description: String {
        switch self {
        case .database(let text): "the database: \(text)"
        case .danglingReference(let table): "the database: a row of \(table) refers to one that is not there"
        case .missingContent(let id, let sha256): "\(id): its bytes are gone (content \(sha256))"
        case .wrongSize(let id, let sha256, let bytes, let expected):
            "\(id): \(bytes) of its \(expected) bytes are there (content \(sha256))"
        case .wrongDigest(let id, let sha256): "\(id): its bytes are not those that were stored (content \(sha256))"
        case .incompleteMap(let id, let kind): "\(id): its map \(kind) does not have all its frames"
        case .damagedBlob(let name): "\(name): it is damaged"
        case .unreferencedContent(let sha256):
            "content \(sha256) belongs to nothing; an upload is under way, or was not finished and the next start removes it"
        }
    }
}

/// What a look through a data directory found, and how much there is.
package struct StoreReport: Hashable, Sendable {
    package internal(set) var videos = 0
    package internal(set) var models = 0
    package internal(set) var explanations = 0
    package internal(set) var evaluations = 0
    /// Of videos and checkpoints.
    package internal(set) var contentBytes = 0
    package internal(set) var findings: [StoreFinding] = []

    package var isDamaged: Bool { findings.contains(where: \.isDamage) }
}
