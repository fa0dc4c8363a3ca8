import Tensors

/// A sum of arrays in Double, in the order of the calls: the mean of equal arrays is that array, bit for bit.
struct GradientSum {
    private let shape: Shape
    private var sums: [Double]
    private var counted: CountedBytes
    private(set) var terms = 0

    /// Bytes of a number's sum.
    static let numberBytes = MemoryLayout<Double>.stride

    init(_ shape: Shape) {
        self.shape = shape
        sums = Array(repeating: 0, count: shape.count)
        counted = CountedBytes(shape.count * Self.numberBytes)
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

    /// What is left when the terms of a part are taken away.
    func without(_ part: GradientSum) -> GradientSum {
        precondition(part.shape == shape && part.terms <= terms, "a part of this sum")
        var rest = self
        rest.counted = CountedBytes(sums.count * Self.numberBytes)
        rest.terms -= part.terms
        for index in rest.sums.indices { rest.sums[index] -= part.sums[index] }
        return rest
    }

    /// An estimate of the standard error of the mean, as a part of its length, from one half of the terms against the other:
    /// `‖a − b‖ / 2‖m‖` with the means a and b of the halves and m of all. Nil when the mean is zero or a half is empty.
    func relativeStandardError(half: GradientSum) -> Double? {
        let (first, second) = (Double(half.terms), Double(terms - half.terms))
        guard first > 0, second > 0 else { return nil }
        var (difference, length) = (0.0, 0.0)
        for index in sums.indices {
            let gap = half.sums[index] / first - (sums[index] - half.sums[index]) / second
            difference += gap * gap
            length += sums[index] * sums[index]
        }
        guard length > 0 else { return nil }
        return (difference / length).squareRoot() * (first + second) / 2
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
