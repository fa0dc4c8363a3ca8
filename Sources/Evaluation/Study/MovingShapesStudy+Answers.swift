import Attribution
import Cine
import Foundation
import Models
import Motion
import Tensors

/// What the network answers when something is taken from the clip, and where what it depends on moves to.
extension MovingShapesStudy {
    func losses(
        _ subject: StudySubject, other: MovingShapesClip, parallelism: Parallelism
    ) throws -> [String: ClipFindings.Loss] {
        let otherFirst = other.intensities.firstFrame
        return try Dictionary(
            uniqueKeysWithValues: Ablation.allCases.map { ablation in
                let clip = try ablation.clip(subject.parts, other: otherFirst, parallelism: parallelism)
                let scores = try network.scores(of: clip, parallelism: parallelism)
                var answers = MovingShapesAnswers(task: task)
                answers.add(scores, truth: subject.drawn.scene)
                return (
                    ablation.rawValue,
                    ClipFindings.Loss(
                        error: answers.errors[0], change: task.change(from: subject.scores, to: scores))
                )
            })
    }

    func directions(_ subject: StudySubject, seed: UInt64, control: RunControl) throws -> DirectionErrors {
        let truth = subject.drawn.scene.direction
        let flow = subject.parts.flow
        let chosen = SalientVectors(count: DirectionErrors.vectorCount, separation: 0)
        let paths = try TrajectoryTracker(spacing: 4, reseeds: true, disagreement: .ends).track(
            forward: subject.forward, sampling: subject.sampling)
        let stretches = SalientTrajectories(count: DirectionErrors.trajectoryCount, window: 10, separation: 0)
        var errors = DirectionErrors()
        for (score, isTrained) in [(subject.trained, true), (subject.allWeights, false)] {
            let gradient = try Gradient().attribute(subject.decomposition, to: score, control: control)
            let motion = try LastingMotion().attribute(subject.decomposition, to: score, control: control)
            guard let byFlow = gradient.map(.flow), let byPixels = gradient.map(.pixels),
                let contribution = motion.map(.flow)
            else { continue }
            let vectors = DirectionErrors.mean(
                try chosen.choose(flow: flow, gradient: byFlow.values).map(\.motion), truth)
            let trajectories = DirectionErrors.mean(
                stretches.choose(paths, gradient: byPixels.values, decomposition: nil).compactMap(\.displacement),
                truth)
            let weighted = DirectionErrors.error(
                DirectionErrors.weighted(flow, by: MagnitudeField(contribution, unit: LastingMotion.facts.unit).values),
                truth)
            if isTrained {
                (errors.vectors, errors.trajectories, errors.weightedFlow) = (vectors, trajectories, weighted)
            } else {
                errors.vectorsOfRandomNetwork = vectors
                errors.trajectoriesOfRandomNetwork = trajectories
                errors.weightedFlowOfRandomNetwork = weighted
            }
        }
        errors.vectorsInRandomPlaces = DirectionErrors.mean(
            DirectionErrors.random(flow, count: DirectionErrors.vectorCount, seed: seed), truth)
        return errors
    }

    func curveMeter(_ subject: StudySubject, parallelism: Parallelism) -> CurveMeter {
        CurveMeter(clip: subject.clip) { clip in
            task.agreement(of: try network.scores(of: clip, parallelism: parallelism), with: subject.scores)
        }
    }
}

extension MovingShapesTask {
    /// The loss of the predicted class's probability, or the angle between two answers in degrees.
    func change(from whole: [Float], to scores: [Float]) -> Double {
        switch self {
        case .sides: agreement(of: whole, with: whole) - agreement(of: scores, with: whole)
        case .angle: acos(min(max(agreement(of: scores, with: whole), -1), 1)) * 180 / .pi
        }
    }

    /// The probability of the class that the whole clip has, or the cosine between the two directions.
    func agreement(of scores: [Float], with whole: [Float]) -> Double {
        switch self {
        case .sides:
            let label = whole.indices.max { whole[$0] < whole[$1] } ?? 0
            let highest = scores.max() ?? 0
            let weights = scores.map { exp(Double($0 - highest)) }
            return weights[label] / weights.reduce(0, +)
        case .angle:
            let (a, b) = (scores.map(Double.init), whole.map(Double.init))
            let lengths = ((a[0] * a[0] + a[1] * a[1]) * (b[0] * b[0] + b[1] * b[1])).squareRoot()
            return lengths > 0 ? (a[0] * b[0] + a[1] * b[1]) / lengths : 0
        }
    }
}

extension SalientTrajectory {
    /// From the first point to the last.
    fileprivate var displacement: PixelPoint? {
        guard let first = path.points.first, let last = path.points.last else { return nil }
        return PixelPoint(x: last.x - first.x, y: last.y - first.y)
    }
}

extension Tensor {
    /// `[C, 1, H, W]` of a clip `[C, T, H, W]`.
    fileprivate var firstFrame: Tensor {
        let area = shape[2] * shape[3]
        return withUnsafeValues { values in
            Tensor(uninitialized: [shape[0], 1, shape[2], shape[3]]) { first in
                for index in first.indices {
                    first[index] = values[index / area * shape[1] * area + index % area]
                }
            }
        }
    }
}
