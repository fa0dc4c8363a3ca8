import CKernels
import Tensors

/// Linear interpolation along one axis.
struct InterpolationPass: Sendable {
    private let source, destination: Shape
    private let from, to: Fibres
    /// For each place of the destination, the two of the source next to it and how much the second counts.
    private let lower, upper: [Int32]
    private let weights: [Float]

    /// - Precondition: the shapes differ along `axis` only, and are not empty there.
    init(from source: Shape, to destination: Shape, axis: Int, alignCorners: Bool) {
        (self.source, self.destination) = (source, destination)
        from = Fibres(source, axis: axis)
        to = Fibres(destination, axis: axis)
        let (extent, count) = (source[axis], destination[axis])
        var (lower, upper, weights): ([Int32], [Int32], [Float]) = ([], [], [])
        for place in 0..<count {
            let at: Double
            if alignCorners {
                at = count > 1 ? Double(place) * Double(extent - 1) / Double(count - 1) : 0
            } else {
                at = max(0, (Double(place) + 0.5) * Double(extent) / Double(count) - 0.5)
            }
            let first = min(Int(at), extent - 1)
            lower.append(Int32(first))
            upper.append(Int32(min(first + 1, extent - 1)))
            weights.append(Float(at - Double(first)))
        }
        (self.lower, self.upper, self.weights) = (lower, upper, weights)
    }

    func apply(to x: Tensor, parallelism: Parallelism) -> Tensor {
        x.reading { x in
            Tensor(writing: destination) { y in
                to.forEachBundle(parallelism: parallelism) { bundle in
                    ck_interpolate(
                        x + from.place(of: bundle), to.stride, bundle.columns, lower, upper, weights, to.length,
                        y + to.place(of: bundle))
                }
            }
        }
    }

    func transposed(_ gradient: Tensor, parallelism: Parallelism) -> Tensor {
        gradient.reading { gradient in
            Tensor(writing: source) { result in
                to.forEachBundle(parallelism: parallelism) { bundle in
                    ck_interpolate_gradient(
                        gradient + to.place(of: bundle), to.stride, bundle.columns, lower, upper, weights, to.length,
                        from.length, result + from.place(of: bundle))
                }
            }
        }
    }
}
