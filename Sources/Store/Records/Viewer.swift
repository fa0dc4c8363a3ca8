import GRDB

/// Whose things somebody sees.
package enum Viewer: Hashable, Sendable {
    case all
    /// Those of one owner: the id of a token, or nothing for what was made without one.
    case owner(String)

    /// Of rows with a column `owner`, with `:viewer` for ``argument``.
    var condition: String {
        switch self {
        case .all: ":viewer IS NULL"
        case .owner: "owner = :viewer"
        }
    }

    var argument: String? {
        switch self {
        case .all: nil
        case .owner(let owner): owner
        }
    }

    func sees(_ owner: String) -> Bool {
        switch self {
        case .all: true
        case .owner(let own): own == owner
        }
    }
}

/// What belongs to somebody.
package enum OwnedKind: String, CaseIterable, Hashable, Sendable {
    case video, model, explanation, evaluation

    fileprivate var table: String { rawValue + "s" }
}

/// How somebody stands to a thing.
package enum Standing: Hashable, Sendable {
    case own
    /// A model that nobody owns: everybody may use it.
    case shared
    case foreign
}

extension Store {
    /// - Parameter id: of a model also its name.
    /// - Returns: nil when there is no such thing.
    package func standing(of viewer: Viewer, to kind: OwnedKind, id: String) throws -> Standing? {
        // A name may be another model's id: ids go first, as they do where models are looked up.
        let match = kind == .model ? "id = :id OR name = :id ORDER BY id != :id" : "id = :id"
        let owner = try read { database in
            try String.fetchOne(
                database, sql: "SELECT owner FROM \(kind.table) WHERE \(match) LIMIT 1", arguments: ["id": id])
        }
        return owner.map { owner in
            if viewer.sees(owner) { return .own }
            return kind == .model && owner.isEmpty ? .shared : .foreign
        }
    }
}
