import Cine
package import Motion
package import Tensors

/// A stretch of a trajectory along which the score depends strongly on the clip (section 2.3 of the report).
package struct SalientTrajectory: Hashable, Sendable {
    /// What the stretch owes to one part of the decomposition, in units of the score: Σ ∂y/∂v · v along it.
    package struct Contribution: Hashable, Sendable {
        /// Sums of magnitudes and of signed values over its frames.
        package let absolute, signed: Double

        package init(absolute: Double, signed: Double) {
            self.absolute = absolute
            self.signed = signed
        }
    }

    package struct Parts: Hashable, Sendable {
        /// Of the first frame, where sampling flow leads back to from the stretch's first point; nil over several windows, each of which has a first
        /// frame of its own.
        package let appearance: Contribution?
        package let motion, residual: Contribution
    }

    /// The stretch alone.
    package let path: Trajectory
    /// Σ over its frames of Σ_c |∂y/∂x|.
    package let score: Double
    /// Σ over its frames of Σ_c ∂y/∂x.
    package let signedScore: Double
    /// Nil in pixels.
    package let parts: Parts?
}

/// Gradients by the parts of a decomposition, to be looked up along trajectories.
package struct TracedGradients: Sendable {
    /// Nil over several windows.
    package let firstFrame: Tensor?
    package let flow, error: Tensor

    package init(firstFrame: Tensor?, flow: Tensor, error: Tensor) {
        self.firstFrame = firstFrame
        self.flow = flow
        self.error = error
    }
}

/// Chooses the stretches of trajectories with the highest saliency, over all trajectories.
package struct SalientTrajectories: Hashable, Sendable {
    package let count: Int
    /// Frames of a stretch; the report has 10.
    package let window: Int
    /// Two chosen stretches that share frames are on average at least this far apart there, in pixels.
    package let separation: Double

    /// - Precondition: the window has a frame.
    package init(count: Int, window: Int, separation: Double) {
        precondition(window > 0, "a stretch has a frame")
        self.count = count
        self.window = window
        self.separation = separation
    }

    /// - Parameters:
    ///   - trajectories: shorter ones than the window are left out.
    ///   - gradient: ∂y/∂x, `[C, T, H, W]`.
    ///   - decomposition: and the gradients by its parts; nil in pixels.
    /// - Returns: at most ``count``, the highest score first.
    package func choose(
        _ trajectories: [Trajectory], gradient: Tensor,
        decomposition: (parts: DecompositionParts, gradients: TracedGradients)?
    ) -> [SalientTrajectory] {
        let saliency = ChannelSums(gradient)
        let values = trajectories.map { saliency.values(along: $0) }
        var windows: [(trajectory: Int, start: Int, score: Double)] = []
        for (index, values) in values.enumerated() where values.count >= window {
            var sum = values[..<window].reduce(0) { $0 + $1.absolute }
            windows.append((index, 0, sum))
            for start in stride(from: 1, through: values.count - window, by: 1) {
                sum = values[start..<start + window].reduce(0) { $0 + $1.absolute }
                windows.append((index, start, sum))
            }
        }
        windows.sort {
            $0.score > $1.score || ($0.score == $1.score && ($0.trajectory, $0.start) < ($1.trajectory, $1.start))
        }
        var chosen: [SalientTrajectory] = []
        for (index, start, score) in windows where chosen.count < count && score > 0 {
            let whole = trajectories[index]
            let path = Trajectory(
                firstFrame: whole.firstFrame + start, points: Array(whole.points[start..<start + window]))
            guard chosen.allSatisfy({ Self.distance($0.path, path).map { $0 >= separation } ?? true }) else { continue }
            chosen.append(
                SalientTrajectory(
                    path: path, score: score,
                    signedScore: values[index][start..<start + window].reduce(0) { $0 + $1.signed },
                    parts: decomposition.map { Self.parts(of: path, $0.parts, $0.gradients) }))
        }
        return chosen
    }

    /// The mean distance in the frames that both pass through; nil when there is none.
    private static func distance(_ a: Trajectory, _ b: Trajectory) -> Double? {
        let shared = a.frames.clamped(to: b.frames)
        guard !shared.isEmpty else { return nil }
        return shared.reduce(0) { $0 + a.point(at: $1).distance(to: b.point(at: $1)) } / Double(shared.count)
    }

    private static func parts(
        of path: Trajectory, _ parts: DecompositionParts, _ gradients: TracedGradients
    ) -> SalientTrajectory.Parts {
        func contribution(
            _ gradient: Tensor, _ values: Tensor, _ places: [(frame: Int, point: PixelPoint)]
        ) -> SalientTrajectory.Contribution {
            let terms = ChannelProducts(gradient, values).values(at: places)
            return SalientTrajectory.Contribution(
                absolute: terms.reduce(0) { $0 + abs($1) }, signed: terms.reduce(0, +))
        }
        // Flow and residual have an entry for every frame but the first.
        let places = path.frames.filter { $0 > 0 }.map { (frame: $0 - 1, point: path.point(at: $0)) }
        return SalientTrajectory.Parts(
            appearance: gradients.firstFrame.map {
                contribution($0, parts.firstFrame, [(frame: 0, point: origin(of: path, parts.flow))])
            },
            motion: contribution(gradients.flow, parts.flow, places),
            residual: contribution(gradients.error, parts.error, places))
    }

    /// Where sampling flow takes the first point back to in frame 0: that pixel of the first frame is what the reconstruction carries here.
    private static func origin(of path: Trajectory, _ flow: Tensor) -> PixelPoint {
        flow.withUnsafeValues { values in
            var point = path.point(at: path.firstFrame)
            for pair in stride(from: path.firstFrame - 1, through: 0, by: -1) {
                point =
                    point
                    + PixelPoint(
                        x: BilinearPlane(values, shape: flow.shape, outer: 0, inner: pair)[point],
                        y: BilinearPlane(values, shape: flow.shape, outer: 1, inner: pair)[point])
            }
            return point
        }
    }
}

/// Σ_c |v| and Σ_c v of an array `[C, T, H, W]`, looked up along trajectories.
private struct ChannelSums {
    /// `[2, T, H, W]`: magnitudes, then signed.
    private let sums: Tensor

    init(_ map: Tensor) {
        let shape = map.shape
        let places = shape[1] * shape[2] * shape[3]
        sums = map.withUnsafeValues { values in
            Tensor(uninitialized: [2, shape[1], shape[2], shape[3]]) { sums in
                for place in 0..<places {
                    var (absolute, signed) = (Float(0), Float(0))
                    for channel in 0..<shape[0] {
                        let value = values[channel * places + place]
                        absolute += abs(value)
                        signed += value
                    }
                    sums[place] = absolute
                    sums[places + place] = signed
                }
            }
        }
    }

    /// One a frame of the trajectory.
    func values(along trajectory: Trajectory) -> [(absolute: Double, signed: Double)] {
        sums.withUnsafeValues { values in
            trajectory.frames.map { frame in
                let point = trajectory.point(at: frame)
                return (
                    BilinearPlane(values, shape: sums.shape, outer: 0, inner: frame)[point],
                    BilinearPlane(values, shape: sums.shape, outer: 1, inner: frame)[point]
                )
            }
        }
    }
}

/// Σ_c g · v of two arrays `[C, T, H, W]`, at places.
private struct ChannelProducts {
    private let gradient, values: Tensor

    init(_ gradient: Tensor, _ values: Tensor) {
        (self.gradient, self.values) = (gradient, values)
    }

    /// The product is formed between pixels: of the looked-up gradient and the looked-up value.
    func values(at places: [(frame: Int, point: PixelPoint)]) -> [Double] {
        gradient.withUnsafeValues { g in
            values.withUnsafeValues { v in
                places.map { frame, point in
                    (0..<gradient.shape[0]).reduce(0) { sum, channel in
                        sum + BilinearPlane(g, shape: gradient.shape, outer: channel, inner: frame)[point]
                            * BilinearPlane(v, shape: values.shape, outer: channel, inner: frame)[point]
                    }
                }
            }
        }
    }
}
