import Attribution
import Models

/// How windows slide over a video that is longer than the model's clip.
package struct WindowOptions: Hashable, Sendable {
    package static let countLimit = 1000

    /// Frames of the clip from the start of one window to the next; half a window unless it or ``overlap`` is given.
    package var stride: Int?
    /// Frames of the clip that a window shares with the one before.
    package var overlap: Int?
    /// Windows at most, the first ones; all that the video has unless given.
    package var count: Int?

    package init() {}

    /// - Parameters:
    ///   - frames: of a window.
    ///   - available: frames of the clip that the video has; nil when it is not known yet. `count` windows stand in for it then, and one without.
    /// - Throws: ``ExplainError/invalidRequest(_:)`` with what is allowed.
    func layout(frames: Int, available: Int?) throws -> WindowLayout {
        func refuse(_ path: String, _ reason: String) -> ExplainError {
            .invalidRequest(DocumentError(path: "windows" + path, reason: reason))
        }
        if let stride, !(1...frames).contains(stride) {
            throw refuse(
                ".stride",
                "expected a whole number from 1 to \(frames), the frames of a window, not \(stride): a longer one would leave frames out"
            )
        }
        if let overlap, !(0..<frames).contains(overlap) {
            throw refuse(
                ".overlap",
                "expected a whole number from 0 to \(frames - 1), one less than the frames of a window, not \(overlap)")
        }
        if let count, !(1...Self.countLimit).contains(count) {
            throw refuse(".count", "expected a whole number from 1 to \(Self.countLimit), not \(count)")
        }
        if stride != nil, overlap != nil {
            throw refuse(
                ".overlap", "stride is given already, and an overlap is a window less the stride: leave one out")
        }
        let step = stride ?? overlap.map { frames - $0 } ?? max(frames / 2, 1)
        guard let available else {
            return WindowLayout(over: frames + ((count ?? 1) - 1) * step, frames: frames, stride: step, limit: nil)
        }
        let windows = WindowLayout.count(over: available, frames: frames, stride: step)
        guard min(windows, count ?? .max) <= Self.countLimit else {
            throw refuse(
                ".stride",
                "\(available) frames have \(windows) windows of \(frames) at a stride of \(step), at most \(Self.countLimit) are taken: choose a longer stride (1 to \(frames)), a longer clip.period, or a count from 1 to \(Self.countLimit)"
            )
        }
        return WindowLayout(over: available, frames: frames, stride: step, limit: count)
    }
}

extension WindowOptions: Codable {
    private enum CodingKeys: String, CodingKey, CaseIterable { case stride, overlap, count }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.closedContainer(keyedBy: CodingKeys.self)
        stride = try fields.wholeNumber(Int.self, forKey: .stride)
        overlap = try fields.wholeNumber(Int.self, forKey: .overlap)
        count = try fields.wholeNumber(Int.self, forKey: .count)
    }
}
