package import Cine
import Tensors

/// Seeds points densely and pushes them along forward flow, after Wang and others, "Action Recognition by Dense Trajectories" (2011).
package struct TrajectoryTracker: Hashable, Sendable {
    /// When a point's way forward and back again do not meet.
    package enum Disagreement: Hashable, Sendable {
        /// Points go on as long as they stay in the frame.
        case ignored
        /// A point ends where ``FlowConsistency`` is broken.
        case ends
    }

    /// Pixels between seeds in both directions; the first lies half of it from the border.
    package let spacing: Int
    /// Whether squares of the grid that points have left get a new one in later frames.
    package let reseeds: Bool
    package let disagreement: Disagreement

    /// - Precondition: the spacing is positive.
    package init(spacing: Int, reseeds: Bool, disagreement: Disagreement) {
        precondition(spacing > 0, "points have a distance")
        self.spacing = spacing
        self.reseeds = reseeds
        self.disagreement = disagreement
    }

    /// - Parameters:
    ///   - forward: `[2, T - 1, H, W]`.
    ///   - sampling: of the same clip, for the way back.
    /// - Returns: by first frame, then by row and column of the seed. A trajectory has at least one point.
    /// - Throws: ``MotionError/wrongDirection(_:needed:)``, `ShapeError`.
    package func track(forward: FlowField, sampling: FlowField) throws -> [Trajectory] {
        let (ahead, back) = try FlowPair.checked(forward: forward, sampling: sampling)
        let (pairs, height, width) = (forward.pairs, forward.height, forward.width)
        guard height > 0, width > 0 else { return [] }
        let columns = (width + spacing - 1) / spacing
        let rows = (height + spacing - 1) / spacing
        let seeds = (0..<rows * columns).map { seed in
            let (row, column) = seed.quotientAndRemainder(dividingBy: columns)
            return PixelPoint(
                x: Double(min(spacing / 2 + column * spacing, width - 1)),
                y: Double(min(spacing / 2 + row * spacing, height - 1)))
        }
        func square(_ point: PixelPoint) -> Int {
            min(Int(point.y) / spacing, rows - 1) * columns + min(Int(point.x) / spacing, columns - 1)
        }

        var tracks = seeds.map { (firstFrame: 0, points: [$0]) }
        var alive = Array(tracks.indices)
        for pair in 0..<pairs {
            FlowPair.reading(ahead, back, pair: pair) { ahead, back in
                alive = alive.filter { index in
                    guard let point = tracks[index].points.last else { return false }
                    let step = ahead[point]
                    let next = point + step
                    guard next.isInside(width: width, height: height) else { return false }
                    switch disagreement {
                    case .ignored: break
                    case .ends: guard FlowConsistency.isMet(ahead: step, back: back[next]) else { return false }
                    }
                    tracks[index].points.append(next)
                    return true
                }
            }
            guard reseeds, pair + 1 < pairs else { continue }
            var isCovered = [Bool](repeating: false, count: seeds.count)
            for index in alive { tracks[index].points.last.map { isCovered[square($0)] = true } }
            for seed in seeds.indices where !isCovered[square(seeds[seed])] {
                alive.append(tracks.count)
                tracks.append((firstFrame: pair + 1, points: [seeds[seed]]))
            }
        }
        return tracks.map { Trajectory(firstFrame: $0.firstFrame, points: $0.points) }
    }
}
