/// What goes before what in the queue.
package enum JobPriority: String, CaseIterable, Hashable, Sendable {
    case low, normal, high

    /// As it is stored: the larger goes first.
    var rank: Int {
        switch self {
        case .low: -1
        case .normal: 0
        case .high: 1
        }
    }

    init?(rank: Int) {
        guard let priority = Self.allCases.first(where: { $0.rank == rank }) else { return nil }
        self = priority
    }
}
