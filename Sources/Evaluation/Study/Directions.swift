import Attribution
import Cine
import Foundation
import Motion
import Tensors

/// How well the directions of what an explanation puts first agree with the target's, in degrees from 0 to 180; directions by chance are 90 apart.
package struct DirectionErrors: Hashable, Sendable, Codable {
    /// Of the motion of the flow vectors with the highest gradient (Hughes, section 2.2).
    package var vectors: Double?
    /// The same of a network with random parameters, and of vectors in places drawn by chance.
    package var vectorsOfRandomNetwork, vectorsInRandomPlaces: Double?
    /// From the first to the last point of the trajectories with the highest saliency (Hughes, section 2.3).
    package var trajectories, trajectoriesOfRandomNetwork: Double?
    /// Of the mean of the flow over all pixels, weighted by the magnitudes of the motion's contributions.
    package var weightedFlow, weightedFlowOfRandomNetwork: Double?

    static let vectorCount = 200
    static let trajectoryCount = 20

    /// The angle between two directions, 0…180 degrees; nil where one has no length.
    static func error(_ direction: PixelPoint, _ truth: PixelPoint) -> Double? {
        guard direction.length > 0, truth.length > 0 else { return nil }
        let (dot, cross) = (
            direction.x * truth.x + direction.y * truth.y, direction.x * truth.y - direction.y * truth.x
        )
        return abs(atan2(cross, dot)) * 180 / .pi
    }

    static func mean(_ directions: [PixelPoint], _ truth: PixelPoint) -> Double? {
        let errors = directions.compactMap { error($0, truth) }
        return errors.isEmpty ? nil : errors.reduce(0, +) / Double(errors.count)
    }

    /// The mean of motion, which points against sampling flow, by the magnitude of a contribution in each place.
    /// - Parameters:
    ///   - flow: sampling flow `[2, T - 1, H, W]`.
    ///   - weights: `[T - 1, H, W]`.
    static func weighted(_ flow: Tensor, by weights: [Float]) -> PixelPoint {
        flow.withUnsafeValues { flow in
            weights.indices.reduce(into: PixelPoint(x: 0, y: 0)) { sum, place in
                sum.x -= Double(weights[place]) * Double(flow[place])
                sum.y -= Double(weights[place]) * Double(flow[weights.count + place])
            }
        }
    }

    /// Motion in places drawn by chance.
    static func random(_ flow: Tensor, count: Int, seed: UInt64) -> [PixelPoint] {
        let places = flow.count / 2
        var stream = PhiloxStream(seed: seed, clip: 0, purpose: .scene)
        return flow.withUnsafeValues { flow in
            (0..<count).map { _ in
                let place = stream.below(places)
                return PixelPoint(x: -Double(flow[place]), y: -Double(flow[places + place]))
            }
        }
    }
}
