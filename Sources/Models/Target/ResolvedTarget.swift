import Foundation
package import Tensors

/// A target in terms of output indices that exist. Fixed before the first gradient, so that all noise samples explain the same scalar.
package enum ResolvedTarget: Hashable, Sendable {
    case output(Int)
    case difference(Int, Int)
    case angle(y: Int, x: Int)

    /// - Parameters:
    ///   - scores: the raw outputs for the clip without noise; `predicted` looks at them.
    ///   - shape: of the outputs, with the batch axis; as many as there are scores.
    /// - Throws: ``ModelError/unknownOutput(index:count:)``, ``ModelError/unknownElement(index:shape:)``, ``ModelError/unknownLabel(_:known:)``.
    package init(_ target: Target, manifest: ModelManifest, scores: [Float], shape: Shape) throws {
        func checked(_ index: Int) throws -> Int {
            guard scores.indices.contains(index) else {
                throw ModelError.unknownOutput(index: index, count: scores.count)
            }
            return index
        }
        switch target {
        case .predicted:
            if let named = manifest.defaultTarget, named != .predicted {
                self = try ResolvedTarget(named, manifest: manifest, scores: scores, shape: shape)
                return
            }
            switch manifest.purpose {
            case .regression: self = .output(try checked(0))
            case .classification:
                // The first of equals, as argmax has it.
                let highest = scores.indices.max { scores[$0] < scores[$1] || (scores[$0] == scores[$1] && $0 > $1) }
                self = .output(try checked(highest ?? 0))
            }
        case .output(let index): self = .output(try checked(index))
        case .element(let index): self = .output(try shape.place(of: index))
        case .label(let label):
            let names = manifest.outputNames
            guard let index = names.firstIndex(of: label) else {
                throw ModelError.unknownLabel(label, known: names)
            }
            self = .output(try checked(index))
        case .difference(let a, let b): self = .difference(try checked(a), try checked(b))
        case .angle(let y, let x): self = .angle(y: try checked(y), x: try checked(x))
        }
    }

    /// The scalar; an angle in radians.
    package func value(of scores: [Float]) -> Double {
        switch self {
        case .output(let index): Double(scores[index])
        case .difference(let a, let b): Double(scores[a]) - Double(scores[b])
        case .angle(let y, let x): atan2(Double(scores[y]), Double(scores[x]))
        }
    }

    /// The derivative of the scalar by each score.
    func seed(at scores: [Float]) -> [Float] {
        var seed = [Float](repeating: 0, count: scores.count)
        switch self {
        case .output(let index): seed[index] = 1
        case .difference(let a, let b):
            seed[a] += 1
            seed[b] -= 1
        case .angle(let y, let x):
            let (sine, cosine) = (Double(scores[y]), Double(scores[x]))
            // At the origin the angle has no derivative: zero there.
            let square = max(sine * sine + cosine * cosine, .leastNormalMagnitude)
            seed[y] += Float(cosine / square)
            seed[x] -= Float(sine / square)
        }
        return seed
    }
}

extension Shape {
    /// The place of an output in row-major order.
    /// - Parameter index: on all axes, or on all but a first axis of one, the batch.
    fileprivate func place(of index: [Int]) throws -> Int {
        let full = index.count == rank - 1 && extents.first == 1 ? [0] + index : index
        guard full.count == rank, zip(full, extents).allSatisfy({ $0 >= 0 && $0 < $1 }) else {
            throw ModelError.unknownElement(index: index, shape: self)
        }
        return zip(full, strides).reduce(0) { $0 + $1.0 * $1.1 }
    }
}

extension ModelManifest {
    /// Labels, or the names of a regression's outputs.
    package var outputNames: [String] { purpose == .classification ? labels : outputs.map(\.name) }
}
