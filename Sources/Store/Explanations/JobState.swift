/// Where an explanation is in its life. The last three are final.
package enum JobState: String, CaseIterable, Hashable, Sendable {
    case queued, running, succeeded, failed, cancelled

    package var isFinal: Bool {
        switch self {
        case .queued, .running: false
        case .succeeded, .failed, .cancelled: true
        }
    }
}
