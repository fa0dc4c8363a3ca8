import Cine
import Foundation
import Jobs
import Models
import Store
import Synchronization
import Video

/// Keeps what is finished of a job, and says so in its progress.
final class PartialBoard: Sendable {
    private struct State {
        /// The last progress with a value.
        var progress: ExplainProgress?
        /// JSON text of what is kept.
        var kept: String?
        var keptAt: ContinuousClock.Instant
        var cost = Duration.zero
    }
    private let control: JobControl
    private let channels: InputContract.Channels
    private let interval: Duration
    private let state = Mutex(State(keptAt: .now))

    /// Keeping takes no more than this part of a job's time.
    private static let part = 50

    /// - Parameter interval: the least time between two partial results.
    init(_ control: JobControl, channels: InputContract.Channels, interval: Duration) {
        self.control = control
        self.channels = channels
        self.interval = interval
    }

    var recipient: PartialRecipient {
        PartialRecipient { [self] in
            state.withLock { ContinuousClock.now - $0.keptAt >= max(interval, $0.cost * Self.part) }
        } receive: { [self] in
            try keep($0)
        }
    }

    /// `{"value": …, "standard_error": …, "map_error": …, "window": …, "windows": …, "kept": {…}}` once there is a value.
    func summary(_ progress: ExplainProgress) -> String? {
        state.withLock { state in
            if progress.value?.isFinite == true { state.progress = progress }
            return Self.summary(state)
        }
    }

    private static func summary(_ state: State) -> String? {
        guard let progress = state.progress, let value = progress.value else { return nil }
        func field(_ name: String, _ number: Double?) -> String {
            number.flatMap { $0.isFinite ? ",\"\(name)\":\($0)" : nil } ?? ""
        }
        func field(_ name: String, _ number: Int?) -> String { number.map { ",\"\(name)\":\($0)" } ?? "" }
        return "{\"value\":\(value)" + field("standard_error", progress.standardError)
            + field("map_error", progress.mapError) + field("window", progress.window)
            + field("windows", progress.windows) + (state.kept.map { ",\"kept\":\($0)" } ?? "") + "}"
    }

    private struct Kept: Encodable {
        let samples: Int
        let windows: Int?
        let maps: [String]
    }

    private func keep(_ partial: PartialExplanation) throws {
        // The service will do the whole again, or another has it.
        switch control.interruption {
        case .lost, .shuttingDown: return
        case nil, .cancelled, .outOfTime: break
        }
        let start = ContinuousClock.now
        let kept = Kept(
            samples: partial.report.samples, windows: partial.report.windowsFinished,
            maps: partial.maps.map(\.kind.rawValue))
        let text = String(decoding: try kept.json(), as: UTF8.self)
        // Maps come of passes, and each pass has a value.
        let told = state.withLock { state -> (summary: String, isFirst: Bool)? in
            var next = state
            next.kept = text
            return Self.summary(next).map { ($0, state.kept == nil) }
        }
        guard let told else { return }
        let maps = try zip(partial.maps, partial.report.maps).map { map, report in
            try MapRecord(map, scale: report.scale)
        }
        let clip = partial.clip
        let isKept = control.keep(
            maps: maps,
            clip: told.isFirst
                ? try ClipFrames(
                    width: clip.clip.width, height: clip.clip.height, frames: clip.backgrounds(network: channels))
                : nil,
            report: try Artefact(.partial, partial.report.json()), summary: told.summary)
        state.withLock { state in
            if isKept { state.kept = text }
            (state.keptAt, state.cost) = (.now, ContinuousClock.now - start)
        }
    }
}
