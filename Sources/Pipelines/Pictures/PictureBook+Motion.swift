import Cine
import Foundation
import Rendering

/// The vectors and trajectories that a score depends on.
extension PictureBook {
    private struct StoredVectors: Decodable {
        struct Vector: Decodable {
            let frame, x, y: Int
            let motion, gradient: [Double]
            let magnitude: Double
            let pull: String
        }

        let vectors: [Vector]
    }

    private struct StoredTrajectories: Decodable {
        struct Stretch: Decodable {
            let firstFrame: Int
            let points: [[Double]]
        }

        let trajectories: [Stretch]
    }

    func vectors() throws -> Drawing {
        guard let data = try material.vectors() else { throw PictureError.nothing(of: "vectors") }
        let vectors = try Self.decoder.decode(StoredVectors.self, from: data).vectors
        let stage = stage
        func length(_ vector: StoredVectors.Vector) -> Double { Self.point(vector.motion).length }
        let marks = VectorMarks(
            gradientScale: MapScale(maximum: look.scale ?? vectors.map(\.magnitude).max() ?? 0),
            motionScale: MapScale(maximum: vectors.map(length).max() ?? 0))
        let byFrame = Dictionary(grouping: vectors, by: \.frame)
        let caption = "the \(vectors.count) flow vectors with the longest gradient"
        return Drawing(
            subject: .vectors, frames: Array(1..<max(facts.frames, 1)),
            legends: marks.legends(stage: stage, unit: "score per pixel of displacement"),
            texts: [("Description", caption), ("Scale", "\(marks.gradientScale.maximum)")],
            pixels: stage.width * stage.height
        ) { index in
            let frame = index + 1
            let canvas = try canvas(frame, stage)
            let own = (byFrame[frame] ?? []).map { vector in
                // Sampling flow points back, so the motion that raises the score lies against the gradient by it.
                let gradient = Self.point(vector.gradient)
                return VectorMark(
                    place: Point(x: Double(vector.x), y: Double(vector.y)), motion: Self.point(vector.motion),
                    ascent: Point(x: -gradient.x, y: -gradient.y),
                    pull: VectorMark.Pull(rawValue: vector.pull) ?? .still)
            }
            marks.draw(own, on: canvas, stage: stage)
            return canvas.image
        }
    }

    func trajectories() throws -> Drawing {
        guard let data = try material.trajectories() else { throw PictureError.nothing(of: "trajectories") }
        let stretches = try Self.decoder.decode(StoredTrajectories.self, from: data).trajectories
        let marks = stretches.map { TrajectoryMark(firstFrame: $0.firstFrame, points: $0.points.map(Self.point)) }
        let stage = stage
        return Drawing(
            subject: .trajectories, frames: Array(0..<facts.frames), legends: [TrajectoryMarks.legend],
            texts: [("Description", "the \(marks.count) stretches of trajectories with the highest saliency")],
            pixels: stage.width * stage.height
        ) { frame in
            let canvas = try canvas(frame, stage)
            TrajectoryMarks.draw(marks, atFrame: frame, on: canvas, stage: stage)
            return canvas.image
        }
    }

    private static func point(_ pair: [Double]) -> Point {
        pair.count == 2 ? Point(x: pair[0], y: pair[1]) : Point(x: 0, y: 0)
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }
}

extension Point {
    fileprivate var length: Double { (x * x + y * y).squareRoot() }
}
