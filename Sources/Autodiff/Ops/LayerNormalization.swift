import CKernels
package import Tensors

/// The shape that layer normalisation gives: that of `x`.
/// - Parameters:
///   - x: with at least one axis from `axis` on, and no empty one among them.
///   - parameters: each of the extents of `x` from `axis` on.
/// - Throws: ``ShapeError``.
package func layerNormalizationShape(_ x: Shape, axis: Int, parameters: [Shape]) throws -> Shape {
    func refuse(_ reason: String) -> ShapeError { Operation.layerNormalization.refuses([x] + parameters, reason) }
    guard (0..<x.rank).contains(axis) else { throw refuse("there is no axis \(axis)") }
    guard x.extents[axis...].allSatisfy({ $0 > 0 }) else { throw refuse("there is nothing to normalise") }
    guard parameters.allSatisfy({ $0.extents[...] == x.extents[axis...] }) else {
        throw refuse("the parameters have the input's extents from axis \(axis) on")
    }
    return x
}

/// y = (x - mean) / √(variance + epsilon) · scale + shift, with mean and variance taken over the last axes (arXiv:1607.06450).
///
/// Keeps the input and two numbers for each mean, unless only the shift wants a gradient.
/// - Parameters:
///   - axis: the first of the axes that are normalised together.
///   - scale, shift: of the extents of `x` from `axis` on; without a scale 1, without a shift 0.
///   - epsilon: added to the variance, which divides by the number of values.
/// - Returns: the shape of `x`.
/// - Throws: ``ShapeError``.
package func layerNormalization(
    _ x: Variable, axis: Int, scale: Variable?, shift: Variable?, epsilon: Float
) throws -> Variable {
    let shape = try layerNormalizationShape(
        x.shape, axis: axis, parameters: [scale, shift].compactMap { $0?.shape })
    let parallelism = x.tape.parallelism
    let rows = NormalizedRows(shape, axis: axis)
    let statistics = rows.statistics(x.value, epsilon: Double(epsilon), parallelism: parallelism)
    let value = rows.normalize(
        x.value, statistics, scale: scale?.value, shift: shift?.value, parallelism: parallelism)

    let (wantsInput, wantsScale) = (x.wantsGradient, scale?.wantsGradient ?? false)
    let statisticsBytes = statistics.count * MemoryLayout<ck_statistics>.stride
    let kept =
        wantsInput || wantsScale
        ? (input: x.value, statistics: statistics, counted: CountedBytes(statisticsBytes)) : nil
    let keptScale = wantsInput ? scale?.value : nil
    let shiftShape = shift?.wantsGradient ?? false ? shift?.shape : nil
    let keptBytes = kept.map { $0.input.count * MemoryLayout<Float>.stride + statisticsBytes } ?? 0
    return x.tape.record(
        value, .layerNormalization, parents: [x, scale, shift], keptBytes: keptBytes
    ) { gradient in
        let byShift = shiftShape.map { reduce(gradient, to: $0, parallelism: parallelism) }
        guard let kept else { return [nil, nil, byShift] }
        let byScale =
            wantsScale
            ? rows.scaleGradient(gradient, kept.input, kept.statistics, parallelism: parallelism) : nil
        guard wantsInput else { return [nil, byScale, byShift] }
        rows.inputGradient(&gradient, kept.input, kept.statistics, scale: keptScale, parallelism: parallelism)
        return [gradient, byScale, byShift]
    }
}

/// An array as rows that are normalised each by itself.
private struct NormalizedRows: Sendable {
    let shape, parameterShape: Shape
    let rows, columns: Int

    init(_ shape: Shape, axis: Int) {
        self.shape = shape
        parameterShape = Shape(Array(shape.extents[axis...]))
        rows = shape.extents[..<axis].reduce(1, *)
        columns = parameterShape.count
    }

    /// Calls `body` with each row and the place of its first value, short rows in bundles.
    private func forEachRow(parallelism: Parallelism, _ body: @Sendable (_ row: Int, _ place: Int) -> Void) {
        let bundle = max(1, elementsPerPiece / columns)
        parallelism.forEach((rows + bundle - 1) / bundle) { part in
            for row in part * bundle..<min(rows, (part + 1) * bundle) { body(row, row * columns) }
        }
    }

    func statistics(_ x: Tensor, epsilon: Double, parallelism: Parallelism) -> [ck_statistics] {
        Array(unsafeUninitializedCapacity: rows) { buffer, count in
            nonisolated(unsafe) let statistics = buffer
            x.reading { x in
                forEachRow(parallelism: parallelism) { row, place in
                    statistics.initializeElement(at: row, to: ck_row_statistics(x + place, columns, epsilon))
                }
            }
            count = rows
        }
    }

    func normalize(
        _ x: Tensor, _ statistics: [ck_statistics], scale: Tensor?, shift: Tensor?, parallelism: Parallelism
    ) -> Tensor {
        x.reading { x in
            reading(scale) { scale in
                reading(shift) { shift in
                    Tensor(writing: shape) { y in
                        forEachRow(parallelism: parallelism) { row, place in
                            ck_normalize_row(x + place, columns, statistics[row], scale?.base, shift?.base, y + place)
                        }
                    }
                }
            }
        }
    }

    /// In place of the gradient by the result.
    func inputGradient(
        _ gradient: inout Tensor, _ x: Tensor, _ statistics: [ck_statistics], scale: Tensor?, parallelism: Parallelism
    ) {
        x.reading { x in
            reading(scale) { scale in
                gradient.writing { gradient in
                    forEachRow(parallelism: parallelism) { row, place in
                        ck_normalize_row_gradient(gradient + place, x + place, columns, statistics[row], scale?.base)
                    }
                }
            }
        }
    }

    func scaleGradient(
        _ gradient: Tensor, _ x: Tensor, _ statistics: [ck_statistics], parallelism: Parallelism
    ) -> Tensor {
        let width = 256
        return gradient.reading { gradient in
            x.reading { x in
                Tensor(writing: parameterShape) { result in
                    parallelism.forEach((columns + width - 1) / width) { piece in
                        let first = piece * width
                        ck_normalize_scale_gradient(
                            gradient + first, x + first, rows, columns, statistics, min(width, columns - first),
                            result + first)
                    }
                }
            }
        }
    }

    private func reading<R>(_ tensor: Tensor?, _ body: (Reads?) -> R) -> R {
        guard let tensor else { return body(nil) }
        return tensor.reading { body($0) }
    }
}
