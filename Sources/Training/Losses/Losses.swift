package import Autodiff
import Tensors

/// The mean over a batch of -ln softmax(scores)[label].
/// - Parameters:
///   - scores: `[N, classes]`.
///   - labels: N numbers in 0 ..< classes.
/// - Throws: `ShapeError`.
package func crossEntropy(_ scores: Variable, labels: [Int]) throws -> Variable {
    let classes = scores.shape.rank == 2 ? scores.shape[1] : 0
    guard scores.shape.rank == 2, labels.count == scores.shape[0], labels.allSatisfy((0..<classes).contains) else {
        throw ShapeError.incompatible(
            operation: "crossEntropy", shapes: [scores.shape, [labels.count]], reason: "one label a row, each a column")
    }
    let places = labels.enumerated().map { $0 * classes + $1 }
    return affine(
        try mean(pick(logSoftmax(scores, axis: 1), places: places, shape: [labels.count])), factor: -1, addend: 0)
}

/// The mean of (a - b)².
/// - Throws: `ShapeError`.
package func meanSquaredError(_ a: Variable, _ b: Variable) throws -> Variable {
    let difference = try subtract(a, b)
    return try mean(multiply(difference, difference))
}

/// The mean of 1 - cos(angle between a vector and its direction): whatever the vector's length, 0 along the direction and 2 against it.
/// - Parameters:
///   - vectors: `[N, 2]`, (cos, sin) at any length.
///   - directions: `[N, 2]`, of length one.
/// - Throws: `ShapeError`.
package func circularLoss(_ vectors: Variable, directions: Variable) throws -> Variable {
    guard vectors.shape.rank == 2, vectors.shape[1] == 2, vectors.shape == directions.shape else {
        throw ShapeError.incompatible(
            operation: "circularLoss", shapes: [vectors.shape, directions.shape], reason: "both are pairs")
    }
    let along = try sum(multiply(vectors, directions), axes: [1])
    // A vector of length zero has no direction: the small number keeps its gradient finite.
    let length = squareRoot(affine(try sum(multiply(vectors, vectors), axes: [1]), factor: 1, addend: 1e-12))
    return try affine(mean(divide(along, length)), factor: -1, addend: 1)
}

/// The mean of all values, as a tensor of rank zero.
func mean(_ x: Variable) throws -> Variable {
    let total = try sum(x, axes: Set(0..<x.shape.rank))
    return affine(try reshape(total, to: []), factor: 1 / Float(max(x.shape.count, 1)), addend: 0)
}
