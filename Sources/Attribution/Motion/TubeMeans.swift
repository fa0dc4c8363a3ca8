import Motion
package import Tensors

/// Means along the trajectories through each pixel of each frame: what a point carries while it moves, looked at together.
///
/// With sampling flow f and a decay d, a pixel's past is `P_i = v_i + d·g(P_{i-1}, f_i)`, read where it came from, and its future
/// `N_i = v_i + d·g(·, f_{i+1})ᵀ N_{i+1}`, taken back from where it goes by the transposed warp. Their sum less v, counted twice, over the same of
/// ones is a mean with weights `d^|i - j|`.
package struct TubeMeans {
    /// `[2, H, W]`, an entry for each frame but the first.
    private let warps: [Warp]
    private let decay: Float
    private let parallelism: Parallelism

    /// - Parameters:
    ///   - flow: sampling flow `[2, T - 1, H, W]`.
    ///   - reach: frames after which a weight has fallen to 1/e, about.
    package init(flow: Tensor, reach: Double, parallelism: Parallelism) throws {
        warps = try (0..<flow.shape[1]).map { try Warp(flow: flow.entry($0)) }
        decay = Float(1 - 1 / reach)
        self.parallelism = parallelism
    }

    /// - Parameter values: `[C, T - 1, H, W]`, entry i - 1 belonging to frame i as flow does.
    /// - Returns: in the same shape.
    package func callAsFunction(_ values: Tensor) throws -> Tensor {
        let (components, entries) = (values.shape[0], values.shape[1])
        let area = values.shape[2] * values.shape[3]
        guard entries > 0 else { return values }
        let terms = (0..<entries).map { values.entry($0).withOnes }
        var sums = terms
        var past = terms[0]
        for entry in 1..<max(entries, 1) {
            let carried = try warps[entry](past, parallelism: parallelism)
            sums[entry].add(carried, times: decay)
            past = terms[entry].adding(carried, times: decay)
        }
        var future = terms[entries - 1]
        for entry in stride(from: entries - 2, through: 0, by: -1) {
            let carried = try warps[entry + 1].transposed(future, parallelism: parallelism)
            sums[entry].add(carried, times: decay)
            future = terms[entry].adding(carried, times: decay)
        }
        return Tensor(uninitialized: values.shape) { means in
            for (entry, sum) in sums.enumerated() {
                sum.withUnsafeValues { sum in
                    for component in 0..<components {
                        for place in 0..<area {
                            // A pixel counts itself, so the weights' sum is at least 1.
                            means[(component * entries + entry) * area + place] =
                                sum[component * area + place] / sum[components * area + place]
                        }
                    }
                }
            }
        }
    }
}

extension Tensor {
    /// `[C, H, W]`, one entry of an array `[C, T, H, W]`.
    fileprivate func entry(_ index: Int) -> Tensor {
        let area = shape[2] * shape[3]
        return withUnsafeValues { values in
            Tensor(uninitialized: [shape[0], shape[2], shape[3]]) { entry in
                for component in 0..<shape[0] {
                    for place in 0..<area {
                        entry[component * area + place] = values[(component * shape[1] + index) * area + place]
                    }
                }
            }
        }
    }

    /// `[C + 1, H, W]`, the last plane of ones.
    fileprivate var withOnes: Tensor {
        withUnsafeValues { values in
            Tensor(uninitialized: [shape[0] + 1, shape[1], shape[2]]) { extended in
                for index in extended.indices { extended[index] = index < values.count ? values[index] : 1 }
            }
        }
    }

    fileprivate mutating func add(_ other: Tensor, times factor: Float) {
        other.withUnsafeValues { other in
            withUnsafeMutableValues { values in
                for index in values.indices { values[index] += factor * other[index] }
            }
        }
    }

    fileprivate func adding(_ other: Tensor, times factor: Float) -> Tensor {
        var sum = self
        sum.add(other, times: factor)
        return sum
    }
}
