import CKernels
package import Tensors

/// The shape of a pooling's result: `[N, C, T', H', W']` with the number of windows along each axis.
/// - Parameters:
///   - x: `[N, C, T, H, W]`, no extent of T, H, W zero.
///   - geometry: its padding is smaller than its window.
/// - Throws: ``ShapeError``.
package func maxPooling3DShape(_ x: Shape, geometry: PoolingGeometry) throws -> Shape {
    try PoolingExtents(x, geometry: geometry, for: .maxPooling3D).outputShape
}

/// The largest value of each window. Padding never wins; not-a-number does. The gradient goes to the element that won, of equal ones the
/// first in row-major order, as PyTorch has it.
///
/// Keeps one byte a window (four for windows of more than 256 elements), and nothing when `x` wants no gradient.
/// - Parameter x: `[N, C, T, H, W]`.
/// - Returns: `[N, C, T', H', W']`, see ``maxPooling3DShape(_:geometry:)``.
/// - Throws: ``ShapeError``.
package func maxPooling3D(_ x: Variable, geometry: PoolingGeometry) throws -> Variable {
    let extents = try PoolingExtents(x.shape, geometry: geometry, for: .maxPooling3D)
    let parallelism = x.tape.parallelism
    let inputShape = x.shape
    let winners =
        x.wantsGradient ? WindowPlaces(count: extents.outputShape.count, elements: geometry.window.product) : nil
    let value = x.value.reading { input in
        Tensor(writing: extents.outputShape) { output in
            extents.forEachSlice(of: input, parallelism: parallelism) { plane, pool, slice, place in
                let kept = winners?.pointers(from: place)
                ck_max_pool(plane, pool, slice, output + place, kept?.bytes, kept?.words)
            }
        }
    }
    guard let winners else { return x.tape.constant(value) }
    return x.tape.record(value, .maxPooling3D, parents: [x], keptBytes: winners.byteCount) { gradient in
        [
            gradient.reading { gradient in
                Tensor(writing: inputShape) { input in
                    extents.forEachPlane(of: input, parallelism: parallelism) { plane, pool, place in
                        let kept = winners.pointers(from: place)
                        ck_max_pool_gradient(gradient + place, kept.bytes, kept.words, pool, plane)
                    }
                }
            }
        ]
    }
}
