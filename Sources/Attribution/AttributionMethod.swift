package import Cine

/// What a method is, in words that go into every result.
package struct MethodFacts: Hashable, Sendable {
    package enum Sign: String, Hashable, Sendable, CaseIterable { case signed, magnitude }

    /// How the method is called by its authors.
    package let title: String
    package let reference: String
    /// What is computed, in one sentence: peers mean different things by one name.
    package let definition: String
    package let sign: Sign
    /// What a map's values are in.
    package let unit: AttributionUnit
    /// Whether the attributions sum to a difference of scores.
    package let isComplete: Bool
    /// Whether noise is drawn, so that seed and samples matter.
    package let isStochastic: Bool
}

/// How a map's values relate to the variable that they belong to.
package enum AttributionUnit: String, Hashable, Sendable, CaseIterable {
    /// Score per unit of the variable.
    case derivative
    /// The square of that.
    case squaredDerivative = "squared_derivative"
    /// Score: a derivative times a change of the variable.
    case contribution
}

/// A way to tell what a score depends on. A method's parameters live in its initialiser.
package protocol AttributionMethod: Sendable {
    var facts: MethodFacts { get }

    /// Forward and backward passes through the model for one clip.
    var passes: Int { get }

    /// The most bytes that ``attribute(_:to:control:)`` holds at once, beyond its input: passes, sums, maps. An upper bound, known without a clip.
    /// - Parameter pass: what a forward and a backward pass through the model hold, the gradient by the clip included.
    func bytes(_ extents: AttributionExtents, pass: Int) -> Int

    /// Maps: in pixels ``MapKind/pixels``, in the decomposition all four kinds, ``MapKind/pixels`` being then the same of the reconstruction.
    /// - Throws: what the score throws, what `control.report` throws, `ShapeError`.
    func attribute(_ input: AttributionInput, to score: Score, control: RunControl) throws -> AttributionResult
}

/// Maps and what is known of their making.
package struct AttributionResult: Sendable {
    /// One of each kind that the space has.
    package let maps: [AttributionMap]
    /// The score at the input without noise.
    package let value: Double
    /// What the noise was and did; nil for methods without noise.
    package let sampling: SamplingFacts?
    /// Of appearance, motion and residual; nil in pixels.
    package let shares: Shares?
    /// How well contributions add up; nil for methods that are not complete.
    package let completeness: Completeness?
    package let passes: Int

    package func map(_ kind: MapKind) -> AttributionMap? { maps.first { $0.kind == kind } }
}

/// The sum of contributions against the difference of scores that they explain.
package struct Completeness: Hashable, Sendable {
    /// What the path starts from, in words.
    package let baseline: String
    /// The score at the input less the score at the baseline.
    package let difference: Double
    /// The sum of all contributions, in pixels of the map, in the decomposition of all parts.
    package let sum: Double
    /// In the decomposition, the sums over first frame, flow and residual; nil in pixels.
    package let parts: [Double]?

    /// What the sum misses.
    package var delta: Double { difference - sum }
}
