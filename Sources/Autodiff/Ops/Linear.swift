package import Tensors

/// The shape of a linear map's result: that of `x` with `out` for its last extent.
/// - Parameters:
///   - x: `[…, in]`.
///   - weight: `[out, in]`.
///   - bias: `[out]`, if there is one.
/// - Throws: ``ShapeError``.
package func linearShape(_ x: Shape, weight: Shape, bias: Shape?) throws -> Shape {
    let shapes = [x, weight] + (bias.map { [$0] } ?? [])
    guard x.rank >= 1, weight.rank == 2, x[x.rank - 1] == weight[1] else {
        throw Operation.linear.refuses(shapes, "the input's last extent is the weight's second")
    }
    guard bias == nil || bias == [weight[0]] else {
        throw Operation.linear.refuses(shapes, "the bias has one value for each row of the weight")
    }
    return try Shape(validating: x.extents.dropLast() + [weight[0]])
}

/// What a gradient through a linear map with frozen weights takes.
/// - Throws: ``ShapeError``.
package func linearCost(_ x: Shape, weight: Shape, bias: Shape?) throws -> CostEstimate {
    let result = try linearShape(x, weight: weight, bias: bias)
    let floats = MemoryLayout<Float>.stride
    let flops = 2 * result.count * weight[1]
    return CostEstimate(
        forward: .init(flops: flops, bytes: result.count * floats),
        // The gradient that comes, and the one that goes.
        backward: .init(flops: flops, bytes: (result.count + x.count) * floats), keptBytes: 0,
        resultBytes: result.count * floats, parameterBytes: (weight.count + (bias?.count ?? 0)) * floats,
        directFlops: flops)
}

/// x · weightᵀ + bias, over the last axis.
///
/// Keeps the input only when the weight wants a gradient.
/// - Parameters:
///   - x: `[…, in]`.
///   - weight: `[out, in]`.
///   - bias: `[out]`.
/// - Returns: `[…, out]`.
/// - Throws: ``ShapeError``.
package func linear(_ x: Variable, weight: Variable, bias: Variable?) throws -> Variable {
    let shape = try linearShape(x.shape, weight: weight.shape, bias: bias?.shape)
    let parallelism = x.tape.parallelism
    let (inputs, outputs) = (weight.shape[1], weight.shape[0])
    let rows = shape.extents.dropLast().reduce(1, *)
    let flops = 2 * rows * inputs * outputs
    WorkMeter.current?.did(flops: flops)
    let value = x.value.reading { x in
        weight.value.reading { weight in
            Tensor(writing: shape) { y in
                gemm(
                    rows: rows, columns: outputs, depth: inputs, Matrix(base: x.base, stride: inputs),
                    Matrix(base: weight.base, stride: inputs, isTransposed: true), into: y, parallelism: parallelism)
                bias?.value.reading { bias in
                    for row in 0..<rows {
                        for column in 0..<outputs { y.base[row * outputs + column] += bias.base[column] }
                    }
                }
            }
        }
    }
    let keptWeight = x.wantsGradient ? weight.value : nil
    let keptInput = weight.wantsGradient ? x.value : nil
    let wantsBias = bias?.wantsGradient ?? false
    let inputShape = x.shape
    return x.tape.record(
        value, .linear, parents: [x, weight, bias], keptBytes: (keptInput?.count ?? 0) * MemoryLayout<Float>.stride
    ) { gradient in
        let byBias =
            wantsBias ? reduce(gradient, to: [outputs], parallelism: parallelism) : nil
        WorkMeter.current?.did(flops: [keptWeight, keptInput].compactMap(\.self).count * flops)
        return gradient.reading { gradient in
            [
                keptWeight?.reading { weight in
                    Tensor(writing: inputShape) {
                        gemm(
                            rows: rows, columns: inputs, depth: outputs, Matrix(base: gradient.base, stride: outputs),
                            Matrix(base: weight.base, stride: inputs), into: $0, parallelism: parallelism)
                    }
                },
                keptInput?.reading { input in
                    Tensor(writing: [outputs, inputs]) {
                        gemm(
                            rows: outputs, columns: inputs, depth: rows,
                            Matrix(base: gradient.base, stride: outputs, isTransposed: true),
                            Matrix(base: input.base, stride: inputs), into: $0, parallelism: parallelism)
                    }
                },
                byBias,
            ]
        }
    }
}
