package import Cine
package import Tensors

/// A flow vector that the score depends on (section 2.2 of the report: the top n vectors with highest gradient over the video).
package struct SalientVector: Hashable, Sendable {
    /// How the gradient lies to the vector: whether more of the same motion raises the score.
    package enum Pull: String, Hashable, Sendable, CaseIterable {
        /// Within 45° of the vector: longer would raise the score.
        case along
        /// Within 45° of its opposite: shorter would raise the score.
        case against
        /// Between: turning would.
        case across
        /// The vector is shorter than a twentieth of a pixel, so it has no direction to speak of.
        case still
    }

    /// Of the clip; the vector says where its pixel comes from in the frame before.
    package let frame: Int
    package let x, y: Int
    /// Sampling flow, in pixels.
    package let flow: PixelPoint
    /// ∂y/∂f, score per pixel of displacement.
    package let gradient: PixelPoint

    package var place: PixelPoint { PixelPoint(x: Double(x), y: Double(y)) }

    /// The length of the gradient, by which vectors are ranked.
    package var magnitude: Double { gradient.length }

    /// The apparent motion of the pixel into this frame: sampling flow points back, so it is its negative, in pixels a frame.
    package var motion: PixelPoint { PixelPoint(x: -flow.x, y: -flow.y) }

    /// The motion that would raise the score fastest: the negative of the gradient, for the same reason.
    package var ascent: PixelPoint { PixelPoint(x: -gradient.x, y: -gradient.y) }

    /// -1…1: the cosine between motion and ascent; nil without either.
    package var alignment: Double? {
        let lengths = flow.length * gradient.length
        guard lengths > 0 else { return nil }
        return min(max((flow.x * gradient.x + flow.y * gradient.y) / lengths, -1), 1)
    }

    package var pull: Pull {
        guard flow.length >= 0.05, let alignment else { return .still }
        if alignment >= 0.5.squareRoot() { return .along }
        if alignment <= -(0.5.squareRoot()) { return .against }
        return .across
    }
}

/// Chooses the flow vectors of highest gradient.
package struct SalientVectors: Hashable, Sendable {
    package let count: Int
    /// Two chosen vectors of one frame are at least this far apart, in pixels; 0 takes them as they come.
    package let separation: Double

    package init(count: Int, separation: Double) {
        self.count = count
        self.separation = separation
    }

    /// - Parameters:
    ///   - flow: sampling flow `[2, T - 1, H, W]`.
    ///   - gradient: by it, in the same shape.
    /// - Returns: at most ``count``, the highest gradient first; where gradients are equal the earlier frame, then row, then column. Vectors
    ///   without gradient are not chosen.
    /// - Throws: `ShapeError`.
    package func choose(flow: Tensor, gradient: Tensor) throws -> [SalientVector] {
        let shape = flow.shape
        guard shape.rank == 4, shape[0] == 2, gradient.shape == shape else {
            throw ShapeError.incompatible(
                operation: "salient vectors", shapes: [shape, gradient.shape],
                reason: "flow and its gradient are [2, T - 1, H, W]")
        }
        let (height, width) = (shape[2], shape[3])
        let places = shape[1] * height * width
        return flow.withUnsafeValues { flow in
            gradient.withUnsafeValues { gradient in
                func square(_ place: Int) -> Double {
                    let (x, y) = (Double(gradient[place]), Double(gradient[places + place]))
                    return x * x + y * y
                }
                func vector(_ place: Int) -> SalientVector {
                    SalientVector(
                        frame: place / (height * width) + 1, x: place % width, y: place / width % height,
                        flow: PixelPoint(x: Double(flow[place]), y: Double(flow[places + place])),
                        gradient: PixelPoint(x: Double(gradient[place]), y: Double(gradient[places + place])))
                }
                // Places in ascending order: the sort is stable, so that is the order of equals.
                let squares = (0..<places).map(square)
                let ranked = squares.indices.filter { squares[$0] > 0 }.sorted { squares[$0] > squares[$1] }
                var chosen: [SalientVector] = []
                for place in ranked where chosen.count < count {
                    let candidate = vector(place)
                    let isClear = chosen.allSatisfy { other in
                        other.frame != candidate.frame || other.place.distance(to: candidate.place) >= separation
                    }
                    if isClear { chosen.append(candidate) }
                }
                return chosen
            }
        }
    }
}
