import Tensors

/// The definitions in Double, written out naively, for the tests to compare with.
struct Reference {
    let channels, frames, height, width: Int

    /// The coordinate held to the image, PyTorch's way.
    private func held(_ coordinate: Double, _ extent: Int) -> Double { min(max(coordinate, 0), Double(extent - 1)) }

    /// The value of a plane at a point between pixels, the coordinates held to the image.
    func sample(_ plane: ArraySlice<Double>, x: Double, y: Double) -> Double {
        let (x, y) = (held(x, width), held(y, height))
        let (left, top) = (Int(x), Int(y))
        let (right, bottom) = (min(left + 1, width - 1), min(top + 1, height - 1))
        let (a, b) = (x - Double(left), y - Double(top))
        func value(_ y: Int, _ x: Int) -> Double { plane[plane.startIndex + y * width + x] }
        return (1 - b) * ((1 - a) * value(top, left) + a * value(top, right))
            + b * ((1 - a) * value(bottom, left) + a * value(bottom, right))
    }

    /// `[C, T, H, W]` out of `[C, 1, H, W]`, `[2, T - 1, H, W]` and `[C, T - 1, H, W]`.
    func reconstruction(firstFrame: [Double], flow: [Double], error: [Double]) -> [Double] {
        let area = height * width
        var images = [Double](repeating: 0, count: channels * frames * area)
        for c in 0..<channels {
            for p in 0..<area { images[c * frames * area + p] = firstFrame[c * area + p] }
            for i in 1..<frames {
                let previous = (c * frames + i - 1) * area
                for y in 0..<height {
                    for x in 0..<width {
                        let p = y * width + x
                        let (dx, dy) = (flow[(i - 1) * area + p], flow[(frames - 1 + i - 1) * area + p])
                        images[previous + area + p] =
                            sample(images[previous..<previous + area], x: Double(x) + dx, y: Double(y) + dy)
                            + error[(c * (frames - 1) + i - 1) * area + p]
                    }
                }
            }
        }
        return images
    }
}

extension Tensor {
    var doubles: [Double] { values.map(Double.init) }
}

/// The central differences of `y` by every element of `point`.
func centralDifferences(at point: [Double], step: Double, of y: ([Double]) -> Double) -> [Double] {
    point.indices.map { index in
        var (up, down) = (point, point)
        up[index] += step
        down[index] -= step
        return (y(up) - y(down)) / (2 * step)
    }
}

extension [Double] {
    func tensor(_ shape: Shape) throws -> Tensor { try Tensor(shape: shape, values: map(Float.init)) }

    /// `Σ self · other`.
    func dot(_ other: [Double]) -> Double { zip(self, other).reduce(0) { $0 + $1.0 * $1.1 } }
}
