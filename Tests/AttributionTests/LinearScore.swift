import Attribution
import Cine
import Foundation
import Motion
import Tensors
import TestSupport

/// Scores whose gradients are known without a network.
enum KnownScore {
    /// Σ weights · x.
    static func linear(_ weights: Tensor) -> Score {
        let w = weights.values
        return Score { clip, _ in
            let x = clip.values
            return ScoreGradient(value: zip(w, x).reduce(0) { $0 + Double($1.0) * Double($1.1) }, gradient: weights)
        }
    }

    /// Σ weights · sin(3x): its gradient depends on the point.
    static func curved(_ weights: Tensor) -> Score {
        let w = weights.values
        return Score { clip, _ in
            let x = clip.values
            let gradient = Tensor(uninitialized: clip.shape) { g in
                for index in g.indices { g[index] = 3 * w[index] * cosf(3 * x[index]) }
            }
            return ScoreGradient(
                value: zip(w, x).reduce(0) { $0 + Double($1.0) * Double(sinf(3 * $1.1)) }, gradient: gradient)
        }
    }

    /// Values uniform in -1.5…1.5.
    static func weights(_ shape: Shape) -> Tensor { FormulaValues.input(shape, salt: 21) }
}

/// A clip with structure and a flow that is nobody's estimate.
enum KnownInput {
    static let shape: Shape = [3, 5, 9, 8]

    static func clip() throws -> Clip {
        let values = FormulaValues.input(shape, salt: 4).values
        let tensor = Tensor(uninitialized: shape) { clip in
            for index in clip.indices { clip[index] = 0.5 + 0.2 * values[index] }
        }
        return try Clip(intensities: tensor, frameRate: nil)
    }

    static func input(_ space: Space) throws -> AttributionInput {
        let clip = try clip()
        switch space {
        case .pixels: return .pixels(clip.intensities)
        case .decomposition:
            let flow = try FlowField(
                displacements: FormulaValues.input([2, shape[1] - 1, shape[2], shape[3]], salt: 5), direction: .sampling
            )
            return .decomposition(try Decomposition(clip: clip, flow: flow, parallelism: .single))
        }
    }

    static let silent = RunControl(parallelism: .single) { _ in }
}
