import Cine
import Foundation
package import Models

/// What a Moving Shapes network learns.
package enum MovingShapesTask: String, Hashable, Sendable, Codable, CaseIterable {
    /// Three logits: 3, 4, 5 sides of the target.
    case sides
    /// (cos, sin) of the target's direction, y down.
    case angle

    package var outputs: Int {
        switch self {
        case .sides: 3
        case .angle: 2
        }
    }

    /// The model that ships for this task, whose manifest a trained network takes over.
    package var model: BundledModel {
        switch self {
        case .sides: .sides
        case .angle: .angle
        }
    }

    /// Whether a validation's number is better when it is higher.
    package var measure: Measure {
        switch self {
        case .sides: .shareRight
        case .angle: .medianDegrees
        }
    }

    /// What a network is held against.
    package enum Measure: String, Hashable, Sendable, Codable {
        /// Clips whose highest score is the right one, 0…1.
        case shareRight = "share_right"
        /// The median over clips of the angle between answer and truth, in degrees.
        case medianDegrees = "median_degrees"
    }

    /// 0, 1, 2 for 3, 4, 5 sides.
    package static func label(of scene: MovingShapesScene) -> Int { scene.target.sides - 3 }
}

/// The answers of a network to clips with known truth.
package struct MovingShapesAnswers: Hashable, Sendable {
    package let task: MovingShapesTask
    /// For each clip 0 if right and 1 if wrong, or the angle between answer and truth in degrees.
    package private(set) var errors: [Double] = []

    package init(task: MovingShapesTask) { self.task = task }

    package mutating func add(_ scores: [Float], truth scene: MovingShapesScene) {
        switch task {
        case .sides:
            let highest = scores.indices.max { scores[$0] < scores[$1] } ?? 0
            errors.append(highest == MovingShapesTask.label(of: scene) ? 0 : 1)
        case .angle:
            let (c, s) = (Double(scores[0]), Double(scores[1]))
            let (x, y) = (scene.direction.x, scene.direction.y)
            errors.append(abs(atan2(s * x - c * y, c * x + s * y)) * 180 / Double.pi)
        }
    }

    /// The share of right answers, or the median error in degrees.
    package var value: Double { Self.value(of: errors, task: task) }

    /// The same of errors alone; not a number for none.
    package static func value(of errors: [Double], task: MovingShapesTask) -> Double {
        guard !errors.isEmpty else { return .nan }
        switch task.measure {
        case .shareRight: return errors.reduce(0) { $0 + 1 - $1 } / Double(errors.count)
        case .medianDegrees:
            let sorted = errors.sorted()
            return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
        }
    }
}
