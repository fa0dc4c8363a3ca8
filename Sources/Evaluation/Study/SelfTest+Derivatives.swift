import Attribution
import Cine
import Motion
import Tensors

extension SelfTest {
    /// Whether the gradients by first frame, flow and residual are derivatives: their products with small changes against the change of the score.
    func derivatives() throws -> [Property] {
        let subject = try study.subject(0, parallelism: parallelism)
        let result = try Gradient().attribute(
            subject.decomposition, to: subject.trained, control: RunControl(parallelism: parallelism) { _ in })
        let parts = subject.parts
        let rebuilt = try Decomposition.reconstruction(
            firstFrame: parts.firstFrame, flow: parts.flow, residual: parts.error, parallelism: parallelism)
        var properties = [
            property(
                "first frame, flow and residual give the clip again, up to", Self.distance(rebuilt, subject.clip),
                "%.0e", most: 1e-5)
        ]
        guard let first = result.map(.firstFrame), let error = result.map(.error) else { return properties }
        // Along the gradient itself, which raises the score most. Of flow the score is only piecewise smooth, so it is not held to this.
        for (name, gradient, part) in [
            ("first frame", first.values, \DecompositionParts.firstFrame),
            ("residual", error.values, \DecompositionParts.error),
        ] {
            let square = gradient.squares
            let step = 0.01 / max(square.squareRoot(), .leastNormalMagnitude)
            func score(_ sign: Double) throws -> Double {
                var moved = parts
                moved[keyPath: part] = parts[keyPath: part].moved(along: gradient, by: Float(sign * step))
                return try subject.trained(
                    Decomposition.reconstruction(
                        firstFrame: moved.firstFrame, flow: moved.flow, residual: moved.error,
                        parallelism: parallelism), parallelism: parallelism
                ).value
            }
            let slope = try (score(1) - score(-1)) / (2 * step)
            properties.append(
                property(
                    "the derivative by the \(name) against a difference of scores, as a part of it",
                    abs(slope / square - 1), "%.3f", most: 0.05))
        }
        return properties
    }

    private static func distance(_ a: Tensor, _ b: Tensor) -> Double {
        a.withUnsafeValues { a in
            b.withUnsafeValues { b in a.indices.reduce(0) { max($0, Double(abs(a[$1] - b[$1]))) } }
        }
    }
}

extension Tensor {
    fileprivate var squares: Double { withUnsafeValues { $0.reduce(0) { $0 + Double($1) * Double($1) } } }

    fileprivate func moved(along direction: Tensor, by step: Float) -> Tensor {
        withUnsafeValues { values in
            direction.withUnsafeValues { direction in
                Tensor(uninitialized: shape) { moved in
                    for index in moved.indices { moved[index] = values[index] + step * direction[index] }
                }
            }
        }
    }
}
