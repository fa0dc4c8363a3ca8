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
        precondition(tensor.shape == shape, "a sum of arrays of one shape")
        terms += 1
        let count = shape.count
        let piece = 1 << 16
        sums.withUnsafeMutableBufferPointer { sums in
            tensor.withUnsafeValues { values in
                nonisolated(unsafe) let (sums, values) = (sums, values)
                parallelism.forEach((count + piece - 1) / piece) { index in
                    for place in index * piece..<min(count, (index + 1) * piece) {
                        sums[place] += Double(values[place])
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
}
