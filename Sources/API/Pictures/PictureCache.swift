import Synchronization

/// The pictures that were drawn last: a player asks for one video in many ranges, and encoding it takes seconds.
///
/// What is in it never changes under its name, since explanations don't. Whether one still exists is asked before.
final class PictureCache: Sendable {
    private struct State {
        /// The last used come last.
        var names: [String] = []
        var pictures: [String: [UInt8]] = [:]
        var bytes = 0
    }

    /// In all; larger ones are not kept.
    private static let limit = 64 << 20

    private let state = Mutex(State())

    /// - Parameter name: everything that the picture depends on.
    func bytes(_ name: String, draw: () throws -> [UInt8]) throws -> [UInt8] {
        let known = state.withLock { state -> [UInt8]? in
            guard let bytes = state.pictures[name] else { return nil }
            state.names.removeAll { $0 == name }
            state.names.append(name)
            return bytes
        }
        if let known { return known }
        let drawn = try draw()
        guard drawn.count <= Self.limit / 4 else { return drawn }
        state.withLock { state in
            guard state.pictures[name] == nil else { return }
            state.pictures[name] = drawn
            state.names.append(name)
            state.bytes += drawn.count
            while state.bytes > Self.limit, let oldest = state.names.first {
                state.names.removeFirst()
                state.bytes -= state.pictures.removeValue(forKey: oldest)?.count ?? 0
            }
        }
        return drawn
    }
}
