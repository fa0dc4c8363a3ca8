/// How often keys may be fetched: anybody can send a token that names a key which is not there, and none of them may make the service a burden to its issuer.
package struct LoadAllowance {
    package static let perMinute = 6
    private static let minute = Duration.seconds(60)
    private var start: ContinuousClock.Instant?
    private var taken = 0

    package init() {}

    /// Counts one.
    /// - Returns: whether it is allowed.
    package mutating func takes(at now: ContinuousClock.Instant) -> Bool {
        if let start, now - start < Self.minute {
            guard taken < Self.perMinute else { return false }
            taken += 1
        } else {
            (start, taken) = (now, 1)
        }
        return true
    }

    /// Whole seconds until the next one is allowed, from 1.
    package func wait(at now: ContinuousClock.Instant) -> Int {
        guard let start, taken >= Self.perMinute else { return 1 }
        let left = (Self.minute - (now - start)).components
        return max(1, Int(left.seconds) + (left.attoseconds > 0 ? 1 : 0))
    }
}
