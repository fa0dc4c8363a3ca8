import Autodiff
import Tensors

extension OperationCases {
    static let gridSample2DCases = OperationCases(
        gradient: GridPadding.allCases.flatMap { padding in
            [true, false].flatMap { alignCorners in
                [
                    sampling([2, 3, 5, 7], size: [4, 6], padding: padding, alignCorners: alignCorners),
                    sampling([1, 1, 2, 9], size: [1, 70], padding: padding, alignCorners: alignCorners),
                ]
            }
        },
        large: GridPadding.allCases.map { padding in
            LargeCase(
                operands: [
                    Pattern.tensor([2, 3, 60, 70], seed: 1), Pattern.tensor([2, 80, 90, 2], seed: 2) { $0 * 1.2 },
                ],
                operation: { try gridSample2D($0[0], grid: $0[1], padding: padding, alignCorners: true) })
        })

    private static func sampling(
        _ image: Shape, size: [Int], padding: GridPadding, alignCorners: Bool
    ) -> GradientCase {
        GradientCase(
            name: "\(padding), align corners: \(alignCorners), \(image)",
            operands: [Pattern.tensor(image, seed: 1), grid(image, size: size, alignCorners: alignCorners)], step: 1e-3,
            operation: { try gridSample2D($0[0], grid: $0[1], padding: padding, alignCorners: alignCorners) },
            reference: { naiveGridSample($0[0], $0[1], padding, alignCorners) })
    }

    /// Points in and around an image, away from the centres of pixels, where the slope jumps.
    private static func grid(_ image: Shape, size: [Int], alignCorners: Bool) -> Tensor {
        var pattern = Pattern(seed: 5)
        return Tensor(uninitialized: [image[0], size[0], size[1], 2]) { buffer in
            for index in buffer.indices {
                let extent = Float(index % 2 == 0 ? image[3] : image[2])
                let cell = (pattern.next() * (extent / 2 + 2) + extent / 2).rounded(.down)
                let pixel = cell + 0.5 + 0.4 * pattern.next()
                buffer[index] = alignCorners ? pixel / (extent - 1) * 2 - 1 : (pixel + 0.5) / extent * 2 - 1
            }
        }
    }

    static let interpolateCases = OperationCases(
        gradient: [true, false].flatMap { alignCorners in
            [
                interpolation([2, 2, 3, 4], size: [5, 7], alignCorners: alignCorners),
                interpolation([1, 2, 7, 5], size: [3, 5], alignCorners: alignCorners),
                interpolation([1, 1, 3, 2, 4], size: [2, 5, 4], alignCorners: alignCorners),
                interpolation([1, 2, 1, 4], size: [3, 1], alignCorners: alignCorners),
                interpolation([2, 1, 6], size: [9], alignCorners: alignCorners),
            ]
        },
        large: [
            LargeCase(
                operands: [Pattern.tensor([2, 3, 8, 50, 60], seed: 1)],
                operation: { try interpolate($0[0], size: [12, 40, 90], alignCorners: false) })
        ])

    private static func interpolation(_ x: Shape, size: [Int], alignCorners: Bool) -> GradientCase {
        GradientCase(
            name: "\(x) to \(size), align corners: \(alignCorners)", operands: [Pattern.tensor(x, seed: 1)], step: 0.5,
            operation: { try interpolate($0[0], size: size, alignCorners: alignCorners) },
            reference: { naiveInterpolation($0[0], size, alignCorners) })
    }
}

/// Every value of the source, weighted by a tent along each axis.
private func naiveInterpolation(_ x: Reference, _ size: [Int], _ alignCorners: Bool) -> Reference {
    let extents = Array(x.shape[2...])
    return Reference(Array(x.shape[..<2]) + size) { index in
        let places = size.indices.map { axis in
            let (last, count, place) = (Double(extents[axis] - 1), Double(size[axis]), Double(index[2 + axis]))
            guard alignCorners else { return min(max((place + 0.5) * (last + 1) / count - 0.5, 0), last) }
            return size[axis] == 1 ? 0 : place * last / (count - 1)
        }
        return Reference.indices(of: extents).reduce(0) { sum, other in
            let weight = zip(places, other).reduce(1) { $0 * max(0, 1 - abs($1.0 - Double($1.1))) }
            return weight == 0 ? sum : sum + weight * x[Array(index[..<2]) + other]
        }
    }
}

private func naiveGridSample(
    _ image: Reference, _ grid: Reference, _ padding: GridPadding, _ alignCorners: Bool
) -> Reference {
    let (height, width) = (image.shape[2], image.shape[3])
    func pixel(_ coordinate: Double, _ extent: Int) -> Double {
        let at =
            alignCorners
            ? (coordinate + 1) / 2 * Double(extent - 1) : ((coordinate + 1) * Double(extent) - 1) / 2
        switch padding {
        case .border: return min(max(at, 0), Double(extent - 1))
        case .zeros: return at
        }
    }
    return Reference([image.shape[0], image.shape[1], grid.shape[1], grid.shape[2]]) { index in
        let point = [index[0], index[2], index[3]]
        let x = pixel(grid[point + [0]], width)
        let y = pixel(grid[point + [1]], height)
        let (left, top) = (x.rounded(.down), y.rounded(.down))
        var sum = 0.0
        for (row, rowWeight) in [(Int(top), top + 1 - y), (Int(top) + 1, y - top)] where (0..<height).contains(row) {
            for (column, weight) in [(Int(left), left + 1 - x), (Int(left) + 1, x - left)]
            where (0..<width).contains(column) {
                sum += rowWeight * weight * image[[index[0], index[1], row, column]]
            }
        }
        return sum
    }
}
