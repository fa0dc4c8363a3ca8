package import Tensors

/// Constants that are added to the logits of an attention: places of queries and keys relative to each other, masks (minus infinity where a
/// query must not see a key).
package struct AttentionBias: Sendable {
    /// `[M, L, S]`: M matrices for L queries and S keys.
    package let values: Tensor
    /// For each product of queries and keys, in row-major order of the leading axes, the matrix that is added.
    package let matrices: [Int]

    package init(values: Tensor, matrices: [Int]) {
        self.values = values
        self.matrices = matrices
    }
}

/// The shape of an attention's result.
/// - Parameters:
///   - queries: `[…, L, D]`.
///   - keys: `[…, S, D]`, values: `[…, S, E]`, the axes before the last two all alike.
///   - biases: the shapes and matrices of each ``AttentionBias``.
/// - Throws: ``ShapeError``.
package func attentionShape(
    queries: Shape, keys: Shape, values: Shape, biases: [(values: Shape, matrices: [Int])]
) throws -> Shape {
    let shapes = [queries, keys, values] + biases.map(\.values)
    func refuse(_ reason: String) -> ShapeError { Operation.attention.refuses(shapes, reason) }
    guard queries.rank >= 2, keys.rank == queries.rank, values.rank == queries.rank,
        queries.extents.dropLast(2) == keys.extents.dropLast(2),
        queries.extents.dropLast(2) == values.extents.dropLast(2)
    else { throw refuse("queries, keys and values have the same axes before the last two") }
    let last = queries.rank - 1
    guard queries[last] == keys[last] else { throw refuse("queries and keys have the same last extent") }
    guard keys[last - 1] == values[last - 1] else { throw refuse("there is one value for each key") }
    let products = queries.extents.dropLast(2).reduce(1, *)
    for (bias, matrices) in biases {
        guard bias.rank == 3, bias[1] == queries[last - 1], bias[2] == keys[last - 1], matrices.count == products,
            matrices.allSatisfy((0..<bias[0]).contains)
        else { throw refuse("a bias of \(bias) does not fit the products") }
    }
    return try Shape(validating: queries.extents.dropLast() + [values[last]])
}

/// What an attention and its gradient take beyond the memory of operands and result, and of their gradients.
package struct AttentionWork: Hashable, Sendable {
    /// Multiplications and additions backwards.
    package let backwardFlops: Int
    /// Bytes that the pullback keeps beside operands and result.
    package let keptBytes: Int
    /// Bytes of work memory.
    package let forwardBytes, backwardBytes: Int

    /// - Parameter wanted: whether queries, keys and values want a gradient.
    /// - Throws: ``ShapeError``.
    package init(queries: Shape, keys: Shape, values: Shape, wanted: [Bool], parallelism: Parallelism) throws {
        let tiles = try AttentionTiles(queries: queries, keys: keys, values: values, biases: [], scale: 1)
        backwardFlops = tiles.backwardFlops(wanting: wanted)
        keptBytes = tiles.normalizerBytes
        forwardBytes = tiles.forwardBytes(parallelism)
        backwardBytes = tiles.backwardBytes(parallelism)
    }
}

/// softmax(scale · queries · keysᵀ + biases) · values, without ever holding the weights of more than a tile (arXiv:2205.14135; the softmax of a row
/// taken piece by piece is that of arXiv:1805.02867).
///
/// Keeps the operands, the result, and one number for each query; the weights are worked out again backwards.
/// - Parameters:
///   - queries: `[…, L, D]`.
///   - keys: `[…, S, D]`.
///   - values: `[…, S, E]`; the axes before the last two are the same in all three.
///   - scale: often 1 / √D.
/// - Returns: `[…, L, E]`; not-a-number for a query that may see no key.
/// - Throws: ``ShapeError``.
package func attention(
    queries: Variable, keys: Variable, values: Variable, scale: Float, biases: [AttentionBias] = []
) throws -> Variable {
    let tiles = try AttentionTiles(
        queries: queries.shape, keys: keys.shape, values: values.shape, biases: biases, scale: scale)
    let parallelism = queries.tape.parallelism
    WorkMeter.current?.did(flops: tiles.flops)
    let (value, normalizers) = tiles.forward(queries.value, keys.value, values.value, parallelism: parallelism)
    let operands = [queries, keys, values]
    let kept = operands.map(\.value) + [value]
    let wanted = operands.map(\.wantsGradient)
    let count = kept.reduce(normalizers.count) { $0 + $1.count }
    return queries.tape.record(
        value, .attention, parents: operands, keptBytes: count * MemoryLayout<Float>.stride
    ) { gradient in
        WorkMeter.current?.did(flops: tiles.backwardFlops(wanting: wanted))
        return tiles.backward(
            gradient, queries: kept[0], keys: kept[1], values: kept[2], result: kept[3], normalizers: normalizers,
            wanting: wanted, parallelism: parallelism)
    }
}
