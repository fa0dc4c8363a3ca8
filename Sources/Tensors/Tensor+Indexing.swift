extension Tensor {
    /// One value by its index on every axis. For tests and small arrays; kernels work on pointers.
    /// - Precondition: one index an axis, each within its extent.
    package subscript(_ indices: Int...) -> Float {
        get { withUnsafeValues { $0[offset(of: indices)] } }
        set {
            let offset = offset(of: indices)
            withUnsafeMutableValues { $0[offset] = newValue }
        }
    }

    private func offset(of indices: [Int]) -> Int {
        precondition(indices.count == shape.rank, "a tensor of shape \(shape) takes \(shape.rank) indices")
        var offset = 0
        for (axis, index) in indices.enumerated() {
            precondition(index >= 0 && index < shape[axis], "index \(index) is outside axis \(axis) of \(shape)")
            offset = offset * shape[axis] + index
        }
        return offset
    }
}
