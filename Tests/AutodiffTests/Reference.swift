import Tensors

/// A dense row-major array of Double: what the naive references of the tests compute with.
struct Reference {
    var shape: [Int]
    var values: [Double]

    init(_ shape: [Int], _ values: [Double]) {
        precondition(values.count == shape.reduce(1, *))
        self.shape = shape
        self.values = values
    }

    init(_ shape: [Int], repeating value: Double) {
        self.init(shape, Array(repeating: value, count: shape.reduce(1, *)))
    }

    init(_ tensor: Tensor) { self.init(tensor.shape.extents, tensor.values.map(Double.init)) }

    /// - Parameter value: by the index on every axis.
    init(_ shape: [Int], _ value: ([Int]) -> Double) {
        self.init(shape, Self.indices(of: shape).map(value))
    }

    var tensor: Tensor {
        Tensor(uninitialized: Shape(shape)) { buffer in
            for (index, value) in values.enumerated() { buffer[index] = Float(value) }
        }
    }

    subscript(index: [Int]) -> Double {
        get { values[offset(index)] }
        set { values[offset(index)] = newValue }
    }

    private func offset(_ index: [Int]) -> Int {
        precondition(index.count == shape.count && zip(index, shape).allSatisfy { $0 >= 0 && $0 < $1 })
        return zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 }
    }

    /// Every index of a shape, in row-major order.
    static func indices(of shape: [Int]) -> [[Int]] {
        shape.reduce([[]]) { prefixes, extent in prefixes.flatMap { prefix in (0..<extent).map { prefix + [$0] } } }
    }

    func map(_ transform: (Double) -> Double) -> Reference { Reference(shape, values.map(transform)) }

    /// The values read under another shape that this one broadcasts to.
    func broadcast(to other: [Int]) -> Reference {
        Reference(other) { index in
            self[zip(index.suffix(shape.count), shape).map { $1 == 1 ? 0 : $0 }]
        }
    }
}
