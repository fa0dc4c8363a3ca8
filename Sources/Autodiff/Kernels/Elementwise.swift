import Tensors

/// Elementwise work is cut into pieces of this many values whatever the number of threads: large enough to hide the cost of handing one out,
/// small enough to spread. A multiple of 8, so that no two pieces share a byte of a bit mask.
let elementsPerPiece = 1 << 15

extension Parallelism {
    /// Calls `body` with consecutive ranges that cover `0..<count`.
    func forEachPiece(of count: Int, _ body: @Sendable (Range<Int>) -> Void) {
        forEach((count + elementsPerPiece - 1) / elementsPerPiece) { piece in
            body(piece * elementsPerPiece..<min(count, (piece + 1) * elementsPerPiece))
        }
    }
}

extension Tensor {
    /// A tensor of the same shape.
    /// - Parameter kernel: takes source, destination and the number of values.
    func mapElements(
        parallelism: Parallelism,
        _ kernel: @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
    ) -> Tensor {
        reading { source in
            Tensor(writing: shape) { destination in
                parallelism.forEachPiece(of: count) {
                    kernel(source + $0.lowerBound, destination + $0.lowerBound, $0.count)
                }
            }
        }
    }

    /// Overwrites the values from themselves and another tensor of the same shape.
    /// - Parameter kernel: takes the values to overwrite, the other tensor's and their number.
    mutating func updateElements(
        with other: Tensor, parallelism: Parallelism,
        _ kernel: @Sendable (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int) -> Void
    ) {
        precondition(other.shape == shape, "elementwise work on shapes \(shape) and \(other.shape)")
        let count = count
        other.reading { source in
            writing { destination in
                parallelism.forEachPiece(of: count) {
                    kernel(destination + $0.lowerBound, source + $0.lowerBound, $0.count)
                }
            }
        }
    }

    /// Overwrites the values from themselves.
    mutating func updateElements(
        parallelism: Parallelism, _ kernel: @Sendable (UnsafeMutablePointer<Float>, Int) -> Void
    ) {
        let count = count
        writing { values in
            parallelism.forEachPiece(of: count) { kernel(values + $0.lowerBound, $0.count) }
        }
    }
}
