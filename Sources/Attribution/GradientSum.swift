import Tensors

/// A sum of arrays in Double, in the order of the calls: the mean of equal arrays is that array, bit for bit.
struct GradientSum {
    private let shape: Shape
    private var sums: [Double]
    private(set) var terms = 0

    init(_ shape: Shape) {
        self.shape = shape
        sums = Array(repeating: 0, count: shape.count)
    }

    mutating func add(_ tensor: Tensor, parallelism: Parallelism) {
        accumulate(tensor, parallelism: parallelism) { $0 }
    }

    mutating func addSquares(of tensor: Tensor, parallelism: Parallelism) {
        accumulate(tensor, parallelism: parallelism) { $0 * $0 }
    }

    private mutating func accumulate(
        _ tensor: Tensor, parallelism: Parallelism, _ term: @Sendable (Double) -> Double
    ) {
        precondition(tensor.shape == shape, "a sum of arrays of one shape")
        terms += 1
        let count = shape.count
        let piece = 1 << 16
        sums.withUnsafeMutableBufferPointer { sums in
            tensor.withUnsafeValues { values in
                nonisolated(unsafe) let (sums, values) = (sums, values)
                parallelism.forEach((count + piece - 1) / piece) { index in
                    for place in index * piece..<min(count, (index + 1) * piece) {
                        sums[place] += term(Double(values[place]))
                    }
                }
            }
        }
    }

    /// Zeros before the first term.
    func mean() -> Tensor {
        let divisor = Double(max(terms, 1))
        return Tensor(uninitialized: shape) { values in
            for index in values.indices { values[index] = Float(sums[index] / divisor) }
        }
    }

    /// The mean of squares, which this sums, less the square of another sum's mean; never negative.
    func variance(around mean: GradientSum) -> Tensor {
        let divisor = Double(max(terms, 1))
        return Tensor(uninitialized: shape) { values in
            for index in values.indices {
                let center = mean.sums[index] / divisor
                values[index] = Float(max(sums[index] / divisor - center * center, 0))
            }
        }
    }
}
