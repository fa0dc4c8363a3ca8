package import JWTKit
package import Logging

/// An issuer's keys, which change: they are read anew when they are old and when a token names one that is not among them.
package actor KeyRing {
    /// How long keys are trusted that cannot be read anew: an issuer takes away a key that somebody else got hold of.
    package static let longestTrust = Duration.seconds(86_400)

    private let source: KeySource
    private let refresh: Duration
    private let logger: Logger
    private var kept: (set: KeySet, since: ContinuousClock.Instant)?
    private var allowance = LoadAllowance()
    /// The one under way: however many wait for keys, they are read once.
    private var loading: Task<Void, Never>?

    /// - Parameter refresh: how old keys become before they are read anew.
    package init(source: KeySource, refresh: Duration, logger: Logger) {
        self.source = source
        self.refresh = refresh
        self.logger = logger
    }

    /// Reads the keys of a file, which is there or will not be.
    /// - Throws: ``KeySourceError``, ``KeySetError``
    package func require() async throws { keep(try await read(), since: .now) }

    /// Begins to read the keys, before anybody asks for one.
    package func prepare() { _ = load(at: .now) }

    /// The keys of a name, by what they check; nil when there is none.
    /// - Throws: ``KeysUnavailable``
    package func keys(
        named name: String, at now: ContinuousClock.Instant
    ) async throws -> [SignatureAlgorithm: any JWTAlgorithm]? {
        if let kept, let keys = kept.set[name], now - kept.since < Self.longestTrust {
            // Nobody waits for what is only to be newer.
            if now - kept.since >= refresh { _ = load(at: now) }
            return keys
        }
        await load(at: now)?.value
        guard let kept, now - kept.since < Self.longestTrust else {
            throw KeysUnavailable(seconds: allowance.wait(at: now))
        }
        return kept.set[name]
    }

    /// - Returns: nil when they have been read too often.
    private func load(at now: ContinuousClock.Instant) -> Task<Void, Never>? {
        if let loading { return loading }
        guard allowance.takes(at: now) else { return nil }
        let task = Task {
            do {
                keep(try await read(), since: now)
            } catch {
                // In words of this program: nothing of a token, nothing of what the issuer sent.
                logger.warning("the issuer's keys could not be read", metadata: ["error": "\(error)"])
            }
            loading = nil
        }
        loading = task
        return task
    }

    private func keep(_ set: KeySet, since now: ContinuousClock.Instant) {
        kept = (set, now)
        logger.info("the issuer's keys were read", metadata: ["keys.count": "\(set.count)"])
        for error in set.passedOver {
            logger.warning("one of the issuer's keys is not trusted", metadata: ["error": "\(error)"])
        }
    }

    private func read() async throws -> KeySet {
        let source = source
        return try await KeySet(json: try await offload { try source.read() })
    }
}

/// There are no keys to check a token by, or none that can be trusted any more.
package struct KeysUnavailable: Error, Hashable, Sendable {
    /// After which it is worth to try again.
    package let seconds: Int

    package init(seconds: Int) { self.seconds = seconds }
}

extension KeysUnavailable: CustomStringConvertible {
    package var description: String {
        "The keys of the issuer, by which its tokens are checked, cannot be had now; the log has more."
    }
}
