import Cine
import Motion
import Tensors

/// The gradient times the variable itself: what a linear score would owe to it.
package struct GradientTimesInput: AttributionMethod {
    static let facts = MethodFacts(
        title: "Gradient × input",
        reference: "Shrikumar and others: Not Just a Black Box (2016), arXiv:1605.01713",
        definition:
            "The derivative of the score by each variable times the variable: intensities, first frame, flow and residual, each against zero.",
        sign: .signed, unit: .contribution, isComplete: false, isStochastic: false)

    package var facts: MethodFacts { Self.facts }
    package let passes = 1

    package init() {}

    package func bytes(_ extents: AttributionExtents, pass: Int) -> Int {
        // Behind the pass there are its gradients, the maps, and in the decomposition the reconstruction.
        max(extents.passBytes(pass), 2 * extents.gradientBytes + (extents.parts > 0 ? extents.clipBytes : 0))
    }

    package func attribute(
        _ input: AttributionInput, to score: Score, control: RunControl
    ) throws -> AttributionResult {
        let gradient = try Gradient().attribute(input, to: score, control: control)
        return AttributionResult(
            maps: try zip(gradient.maps, input.factors(control.parallelism)).map {
                try AttributionMap(kind: $0.kind, values: $0.values.multiplied(by: $1))
            },
            value: gradient.value, sampling: nil, shares: gradient.shares, completeness: nil, passes: passes)
    }
}

extension AttributionInput {
    /// What each map is multiplied by, in the order of ``PartGradients/kinds(in:)``.
    /// - Throws: `ShapeError`.
    func factors(_ parallelism: Parallelism) throws -> [Tensor] {
        switch self {
        case .pixels(let clip): return [clip]
        case .decomposition(let decomposition):
            let parts = decomposition.parts
            // The gradient was taken at the reconstruction, so that is what it is multiplied by.
            let clip = try Decomposition.reconstruction(
                firstFrame: parts.firstFrame, flow: parts.flow, residual: parts.error, parallelism: parallelism)
            return [clip, parts.firstFrame, parts.flow, parts.error]
        }
    }
}

extension Tensor {
    /// Elementwise.
    /// - Precondition: the same shape.
    func multiplied(by other: Tensor) -> Tensor {
        precondition(shape == other.shape, "factors of shapes \(shape) and \(other.shape)")
        return withUnsafeValues { a in
            other.withUnsafeValues { b in
                Tensor(uninitialized: shape) { product in
                    for index in product.indices { product[index] = a[index] * b[index] }
                }
            }
        }
    }

    /// `self + part · (other - self)`, elementwise.
    /// - Precondition: the same shape.
    func moved(towards other: Tensor, part: Float) -> Tensor {
        precondition(shape == other.shape, "a path between shapes \(shape) and \(other.shape)")
        return withUnsafeValues { a in
            other.withUnsafeValues { b in
                Tensor(uninitialized: shape) { moved in
                    for index in moved.indices { moved[index] = a[index] + part * (b[index] - a[index]) }
                }
            }
        }
    }

    /// `self - other`, elementwise.
    /// - Precondition: the same shape.
    func minus(_ other: Tensor) -> Tensor {
        precondition(shape == other.shape, "a difference of shapes \(shape) and \(other.shape)")
        return withUnsafeValues { a in
            other.withUnsafeValues { b in
                Tensor(uninitialized: shape) { difference in
                    for index in difference.indices { difference[index] = a[index] - b[index] }
                }
            }
        }
    }

    /// The sum of all values, in Double.
    var sum: Double { withUnsafeValues { $0.reduce(0) { $0 + Double($1) } } }
}
