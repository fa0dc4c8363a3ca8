import CKernels
package import Tensors

/// The shape of a pooling's result: `[N, C, T', H', W']` with the number of windows along each axis.
/// - Parameters:
///   - x: `[N, C, T, H, W]`, no extent of T, H, W zero.
///   - geometry: its padding is smaller than its window.
/// - Throws: ``ShapeError``.
package func averagePooling3DShape(_ x: Shape, geometry: PoolingGeometry) throws -> Shape {
    try PoolingExtents(x, geometry: geometry, for: .averagePooling3D).outputShape
}

/// The mean of each window. Keeps nothing.
/// - Parameters:
///   - x: `[N, C, T, H, W]`.
///   - countsPadding: whether padding counts as zeros (`count_include_pad`) or not at all. What a partial window covers beyond the padding never
///     counts.
/// - Returns: `[N, C, T', H', W']`, see ``averagePooling3DShape(_:geometry:)``.
/// - Throws: ``ShapeError``.
package func averagePooling3D(_ x: Variable, geometry: PoolingGeometry, countsPadding: Bool) throws -> Variable {
    let extents = try PoolingExtents(x.shape, geometry: geometry, for: .averagePooling3D)
    let parallelism = x.tape.parallelism
    let inputShape = x.shape
    let value = x.value.reading { input in
        Tensor(writing: extents.outputShape) { output in
            extents.forEachSlice(of: input, parallelism: parallelism) { plane, pool, slice, place in
                ck_average_pool(plane, pool, slice, countsPadding ? 1 : 0, output + place)
            }
        }
    }
    return x.tape.record(value, .averagePooling3D, parents: [x], keptBytes: 0) { gradient in
        [
            gradient.reading { gradient in
                Tensor(writing: inputShape) { input in
                    extents.forEachPlane(of: input, parallelism: parallelism) { plane, pool, place in
                        ck_average_pool_gradient(gradient + place, pool, countsPadding ? 1 : 0, plane)
                    }
                }
            }
        ]
    }
}
