import Autodiff
import Tensors

extension OperationCases {
    static let maxPooling3DCases = OperationCases(
        gradient: geometries.map { name, shape, geometry in
            GradientCase(
                // Distinct values, further apart than the step, so that no step changes the winner.
                name: name, operands: [Pattern.permutation(shape, spacing: 0.01)],
                operation: { try maxPooling3D($0[0], geometry: geometry) },
                reference: { p in
                    naivePooling(p[0], geometry) { values, _ in values.reduce(-.infinity, max) }
                })
        },
        large: largeGeometries.map { shape, geometry in
            LargeCase(
                operands: [Pattern.tensor(shape, seed: 1)], operation: { try maxPooling3D($0[0], geometry: geometry) })
        })

    static let averagePooling3DCases = OperationCases(
        gradient: geometries.flatMap { name, shape, geometry in
            [true, false].map { countsPadding in
                GradientCase(
                    name: "\(name), counts padding: \(countsPadding)", operands: [Pattern.tensor(shape, seed: 1)],
                    step: 0.5,
                    operation: { try averagePooling3D($0[0], geometry: geometry, countsPadding: countsPadding) },
                    reference: { p in
                        naivePooling(p[0], geometry) { values, padded in
                            values.reduce(0, +) / Double(countsPadding ? padded : values.count)
                        }
                    })
            }
        },
        large: largeGeometries.map { shape, geometry in
            LargeCase(
                operands: [Pattern.tensor(shape, seed: 1)],
                operation: { try averagePooling3D($0[0], geometry: geometry, countsPadding: false) })
        })

    private static let geometries: [(name: String, shape: Shape, geometry: PoolingGeometry)] = [
        ("3×3×3, stride 2, padded", [2, 2, 4, 5, 6], geometry(Extent3(3), stride: Extent3(2), padding: .one)),
        (
            "everything different", [1, 2, 5, 7, 9],
            geometry(
                Extent3(depth: 2, height: 3, width: 4), stride: Extent3(depth: 1, height: 2, width: 3),
                padding: Extent3(depth: 0, height: 1, width: 2))
        ),
        (
            "partial windows", [1, 3, 5, 6, 7],
            geometry(Extent3(2), stride: Extent3(2), padding: .zero, keepsPartialWindows: true)
        ),
        (
            "partial windows beyond the padding", [1, 2, 4, 6, 5],
            geometry(Extent3(3), stride: Extent3(2), padding: .one, keepsPartialWindows: true)
        ),
        ("more padding than half a window", [1, 2, 3, 3, 4], geometry(Extent3(3), stride: .one, padding: Extent3(2))),
        (
            "a window larger than the input, of more than 256 elements", [1, 2, 3, 4, 5],
            geometry(
                Extent3(depth: 5, height: 7, width: 8), stride: Extent3(depth: 1, height: 2, width: 1),
                padding: Extent3(depth: 2, height: 3, width: 3))
        ),
        (
            "steps beyond the window", [1, 1, 2, 3, 140],
            geometry(
                Extent3(depth: 2, height: 1, width: 1), stride: Extent3(depth: 3, height: 2, width: 2), padding: .zero)
        ),
    ]

    private static let largeGeometries: [(shape: Shape, geometry: PoolingGeometry)] = [
        ([2, 3, 6, 40, 150], geometry(Extent3(3), stride: Extent3(2), padding: .one)),
        ([1, 2, 5, 30, 100], geometry(Extent3(2), stride: .one, padding: .zero)),
    ]

    private static func geometry(
        _ window: Extent3, stride: Extent3, padding: Extent3, keepsPartialWindows: Bool = false
    ) -> PoolingGeometry {
        PoolingGeometry(window: window, stride: stride, padding: padding, keepsPartialWindows: keepsPartialWindows)
    }
}

/// - Parameter combine: takes a window's values and how many elements it holds including padding.
private func naivePooling(
    _ x: Reference, _ geometry: PoolingGeometry, _ combine: ([Double], Int) -> Double
) -> Reference {
    let (window, stride, padding) = (geometry.window.extents, geometry.stride.extents, geometry.padding.extents)
    let extents = Array(x.shape[2...])
    // Every start before the end, if the window fits or may be partial.
    let starts = (0..<3).map { axis in
        (0..<100).map { $0 * stride[axis] - padding[axis] }.filter { start in
            let first = start == -padding[axis]
            return geometry.keepsPartialWindows
                ? start < extents[axis]
                    && (first || start - stride[axis] + window[axis] < extents[axis] + padding[axis])
                : start + window[axis] <= extents[axis] + padding[axis]
        }
    }
    return Reference(Array(x.shape[..<2]) + starts.map(\.count)) { index in
        let covered = (0..<3).map { axis in
            let start = starts[axis][index[2 + axis]]
            return start..<min(start + window[axis], extents[axis] + padding[axis])
        }
        let inside = zip(covered, extents).map { $0.clamped(to: 0..<$1) }
        var values: [Double] = []
        for t in inside[0] {
            for h in inside[1] { values += inside[2].map { x[[index[0], index[1], t, h, $0]] } }
        }
        return combine(values, covered.map(\.count).reduce(1, *))
    }
}
