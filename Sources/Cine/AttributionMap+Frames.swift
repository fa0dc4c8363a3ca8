import Tensors

extension AttributionMap {
    /// The Euclidean norm over the components, `[T, H, W]`; zero where a component is not a number.
    package var magnitudes: [Float] {
        let count = frames * height * width
        return values.withUnsafeValues { values in
            (0..<count).map { index in
                var sum: Float = 0
                for component in 0..<components {
                    let value = values[component * count + index]
                    sum += value * value
                }
                return sum.isFinite ? sum.squareRoot() : 0
            }
        }
    }

    /// One frame of the map, each component `[H, W]`, as pictures take it.
    /// - Precondition: the frame is one of the map's.
    package func components(ofFrame frame: Int) -> [[Float]] {
        precondition((0..<frames).contains(frame), "the map has no frame \(frame)")
        let plane = height * width
        return values.withUnsafeValues { values in
            (0..<components).map { component in
                let start = (component * frames + frame) * plane
                return Array(values[start..<(start + plane)])
            }
        }
    }
}
