import Autodiff
import Tensors

/// What leads to the weights of an attention: scale · queries · keysᵀ + biases, before the softmax.
private struct Logits {
    let queries: Value
    /// `[…, S, D]`.
    let keys: Value
    let scale: Float
    /// `[M, L, S]` each, and the matrices that go with the products.
    let biases: [(values: Value, matrices: [Int])]
}

extension ProgramBuilder {
    /// A product of softmax weights with values becomes one operation that never holds the weights.
    /// - Returns: nil when the product is none of the kind.
    func attention(weights: Value, values: Value, at node: NodeName) throws -> Value? {
        guard let softmax = definition(of: weights), case .softmax(let axis) = softmax.primitive,
            axis == weights.shape.rank - 1, axis >= 1,
            let logits = try logits(giving: softmax.operands[0], at: node),
            logits.queries.shape.extents.dropLast(2) == values.shape.extents.dropLast(2),
            logits.keys.shape.extents.dropLast(2) == values.shape.extents.dropLast(2)
        else { return nil }
        return try emit(
            .attention(scale: logits.scale, matrices: logits.biases.map(\.matrices)),
            [logits.queries, logits.keys, values] + logits.biases.map(\.values), at: node)
    }

    /// Looks through scaling by a number, constants that are added, and reshapes of the leading axes, as exporters put them between a product and
    /// its softmax.
    private func logits(giving value: Value, at node: NodeName) throws -> Logits? {
        let matrix = value.shape.extents.suffix(2)
        var (current, scale) = (value, Float(1))
        var biases: [(values: Value, matrices: [Int])] = []
        while let definition = definition(of: current) {
            switch definition.primitive {
            case .unary(.affine(let factor, addend: 0)):
                // Constants that are added before would have to be scaled as well.
                scale *= factor
                current = definition.operands[0]
            case .reshape where definition.operands[0].shape.extents.suffix(2) == matrix:
                current = definition.operands[0]
            case .binary(.add) where scale == 1:
                let (a, b) = (definition.operands[0], definition.operands[1])
                let (inner, constant) = a.literal == nil ? (a, b) : (b, a)
                guard let bias = constant.tensor.flatMap({ self.bias($0, over: current.shape) }),
                    inner.shape == current.shape
                else { return nil }
                biases.append(bias)
                current = inner
            case .matrixMultiply:
                let (queries, first) = unscaled(definition.operands[0])
                let (transposed, second) = unscaled(definition.operands[1])
                let rank = transposed.shape.rank
                guard rank == queries.shape.rank, rank >= 2, queries.slot != nil || transposed.slot != nil else {
                    return nil
                }
                let swap = Array(0..<rank - 2) + [rank - 1, rank - 2]
                let keys = try emit(.transpose(swap), [transposed], at: node)
                let stack = value.shape.extents.dropLast(2)
                guard queries.shape.extents.dropLast(2) == keys.shape.extents.dropLast(2) else { return nil }
                // In the leading axes of the softmax, which may be others than those of the product.
                func leading(_ x: Value) throws -> Value {
                    try emit(.reshape(Shape(stack + x.shape.extents.suffix(2))), [x], at: node)
                }
                return Logits(
                    queries: try leading(queries), keys: try leading(keys), scale: scale * first * second,
                    biases: biases)
            default: return nil
            }
        }
        return nil
    }

    /// A value without the numbers that it is multiplied with.
    private func unscaled(_ value: Value) -> (Value, Float) {
        var (current, factor) = (value, Float(1))
        while let definition = definition(of: current), case .unary(.affine(let next, addend: 0)) = definition.primitive
        {
            factor *= next
            current = definition.operands[0]
        }
        return (current, factor)
    }

    /// A constant, repeated over logits, as whole matrices; nil when that would take more memory than it has by far.
    private func bias(_ constant: Tensor, over shape: Shape) -> (values: Value, matrices: [Int])? {
        let rank = shape.rank
        let extents = Array(repeating: 1, count: max(0, rank - constant.shape.rank)) + constant.shape.extents
        guard extents.count == rank else { return nil }
        let (own, stack) = (Shape(Array(extents.dropLast(2))), Shape(Array(shape.extents.dropLast(2))))
        let count = own.count * shape[rank - 2] * shape[rank - 1]
        guard count <= max(constant.count, 1 << 22) else { return nil }
        let tape = Tape(parallelism: .single)
        let full = Shape(own.extents + shape.extents.suffix(2))
        guard let repeated = try? expand(tape.constant(constant), to: full).value,
            let values = try? repeated.reshaped(to: [own.count, shape[rank - 2], shape[rank - 1]])
        else { return nil }
        var index = [Int](repeating: 0, count: stack.rank)
        let matrices = (0..<stack.count).map { _ in
            defer { stack.advance(&index) }
            return zip(index, own.extents).reduce(0) { $0 * $1.1 + ($1.1 == 1 ? 0 : $1.0) }
        }
        return (Value(.real(values)), matrices)
    }
}
