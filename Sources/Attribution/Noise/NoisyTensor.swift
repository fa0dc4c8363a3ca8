import Tensors

extension Tensor {
    /// The largest value less the smallest: what a noise level is a part of. 0 for an empty array.
    var range: Double {
        withUnsafeValues { values in
            guard var low = values.first else { return 0 }
            var high = low
            for value in values {
                low = min(low, value)
                high = max(high, value)
            }
            return Double(high) - Double(low)
        }
    }

    /// The values with noise of a standard deviation added.
    func adding(
        _ noise: any NoiseSource, component: NoiseComponent, sample: Int, sigma: Double, parallelism: Parallelism
    ) -> Tensor {
        guard sigma > 0 else { return self }
        let factor = Float(sigma)
        return withUnsafeValues { values in
            Tensor(uninitialized: shape) { noisy in
                let piece = 1 << 16
                nonisolated(unsafe) let (values, noisy) = (values, noisy)
                parallelism.forEach((count + piece - 1) / piece) { index in
                    let range = index * piece..<min(count, (index + 1) * piece)
                    let part = UnsafeMutableBufferPointer(rebasing: noisy[range])
                    noise.fill(part, component: component, sample: sample, range: range)
                    for place in part.indices { part[place] = values[range.lowerBound + place] + factor * part[place] }
                }
            }
        }
    }
}
