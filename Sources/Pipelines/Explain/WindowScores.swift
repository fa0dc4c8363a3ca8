import Attribution
import Models
import Tensors

/// What the model says of each window, and on average.
struct WindowScores: Hashable, Sendable {
    /// Raw outputs, one array for each window.
    let windows: [[Float]]
    /// Over windows; of one window its outputs, bit for bit.
    let mean: [Float]
    /// The standard deviation of each output over windows; nil for one window.
    let deviations: [Double]?

    /// One forward pass for each window.
    /// - Parameter clip: `[C, T, H, W]`, of all windows together.
    /// - Throws: ``ExplainError/notFinite(_:)``, `ModelError`.
    init(_ network: Network, clip: Tensor, windows layout: WindowLayout, parallelism: Parallelism) throws {
        let input = WindowedInput(clip: clip, whole: .pixels(clip), layout: layout)
        let windows = try (0..<layout.count).map { index in
            guard case .pixels(let window) = input.window(index) else {
                preconditionFailure("a clip in pixels has windows in pixels")
            }
            return try network.scores(of: window, parallelism: parallelism)
        }
        guard windows.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
            throw ExplainError.notFinite("the model's outputs are")
        }
        self.windows = windows
        let byOutput = (windows.first ?? []).indices.map { output in windows.map { Double($0[output]) } }
        mean = byOutput.map { Float(ScoreAverage.arithmetic.mean($0)) }
        deviations = layout.count > 1 ? byOutput.compactMap { ScoreAverage.arithmetic.deviation($0) } : nil
    }
}
