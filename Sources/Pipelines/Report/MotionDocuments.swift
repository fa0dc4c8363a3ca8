import Attribution
import Cine
import Foundation
import Motion

/// The flow vectors that the score depends on most, as JSON.
struct VectorsDocument: Encodable, Hashable, Sendable {
    struct Vector: Encodable, Hashable, Sendable {
        let frame, x, y: Int
        /// x, y each: sampling flow, the apparent motion, ∂y/∂f.
        let flow, motion, gradient: [Double]
        let magnitude: Double
        let pull: String
        let alignment: Double?

        init(_ vector: SalientVector) {
            frame = vector.frame
            x = vector.x
            y = vector.y
            flow = vector.flow.pair
            motion = vector.motion.pair
            gradient = vector.gradient.pair
            magnitude = vector.magnitude
            pull = vector.pull.rawValue
            alignment = vector.alignment
        }
    }

    let definition =
        "The flow vectors with the longest gradient, longest first. flow says where the pixel (x, y) of the frame is read in the frame before, motion is its negative, gradient is by flow. pull says whether more of the same motion raises the score."
    let units = ["x": "pixel", "y": "pixel", "flow": "pixel", "gradient": "score per pixel of displacement"]
    let separation: Double
    let vectors: [Vector]

    init(_ vectors: [SalientVector], options: VectorOptions) {
        separation = options.separation
        self.vectors = vectors.map(Vector.init)
    }
}

/// The trajectories along which the score depends on the clip most, as JSON.
struct TrajectoriesDocument: Encodable, Hashable, Sendable {
    struct Contribution: Encodable, Hashable, Sendable {
        let absolute, signed: Double

        init(_ contribution: SalientTrajectory.Contribution) {
            absolute = contribution.absolute
            signed = contribution.signed
        }
    }

    struct Parts: Encodable, Hashable, Sendable {
        /// Nil over several windows.
        let appearance: Contribution?
        let motion, residual: Contribution
    }

    struct Stretch: Encodable, Hashable, Sendable {
        let firstFrame: Int
        let score, signedScore: Double
        /// x, y for each frame.
        let points: [[Double]]
        let parts: Parts?

        init(_ stretch: SalientTrajectory) {
            firstFrame = stretch.path.firstFrame
            score = stretch.score
            signedScore = stretch.signedScore
            points = stretch.path.points.map(\.pair)
            parts = stretch.parts.map {
                Parts(
                    appearance: $0.appearance.map(Contribution.init), motion: Contribution($0.motion),
                    residual: Contribution($0.residual))
            }
        }
    }

    let definition =
        "Points seeded densely and carried along forward flow; stretches with the largest sum of |∂y/∂x| along them, largest first. points are x, y in pixels of the clip, one a frame. parts are sums of gradient times value along the stretch, in units of the score."
    let window, spacing: Int
    let separation: Double
    /// All that were followed.
    let followed: Int
    let trajectories: [Stretch]

    init(_ stretches: [SalientTrajectory], followed: Int, window: Int, options: TrajectoryOptions) {
        self.window = window
        spacing = options.spacing
        separation = options.separation
        self.followed = followed
        trajectories = stretches.map(Stretch.init)
    }
}

extension PixelPoint {
    fileprivate var pair: [Double] { [x, y] }
}

extension Encodable {
    /// In snake case, keys sorted.
    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}
