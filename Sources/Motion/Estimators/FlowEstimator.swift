package import Cine
package import Tensors

/// Estimates dense optical flow between two frames. A value: it keeps nothing between calls and may be used from several threads at once.
package protocol FlowEstimator: Sendable {
    var facts: FlowFacts { get }

    /// Where each pixel of one frame is found in another.
    ///
    /// - Returns: `[2, H, W]`, x (right) then y (down), in pixels: `from(p)` looks like `to(p + flow(p))`. The same bits for the same frames.
    /// - Throws: ``MotionError`` when the frames differ in size or are too small, or the library refuses them.
    func flow(from: LumaFrame, to: LumaFrame) throws -> Tensor
}

extension FlowEstimator {
    /// Entry i - 1 says for each pixel of frame i where to read in frame i - 1: what a frame is predicted by from the one before.
    /// - Throws: ``MotionError``.
    package func samplingFlow(of luma: LumaFrames, parallelism: Parallelism) throws -> FlowField {
        try flowField(of: luma, direction: .sampling, parallelism: parallelism)
    }

    /// Entry i - 1 says for each pixel of frame i - 1 where it goes in frame i.
    /// - Throws: ``MotionError``.
    package func forwardFlow(of luma: LumaFrames, parallelism: Parallelism) throws -> FlowField {
        try flowField(of: luma, direction: .forward, parallelism: parallelism)
    }

    private func flowField(
        of luma: LumaFrames, direction: FlowField.Direction, parallelism: Parallelism
    ) throws -> FlowField {
        let pairs = max(luma.frames - 1, 0)
        let area = luma.height * luma.width
        var outcomes = [Result<Tensor, any Error>?](repeating: nil, count: pairs)
        outcomes.withUnsafeMutableBufferPointer { buffer in
            // Sound because each pair writes its own element.
            nonisolated(unsafe) let outcomes = buffer
            parallelism.forEach(pairs) { pair in
                let (before, after) = (LumaFrame(pair, of: luma), LumaFrame(pair + 1, of: luma))
                outcomes[pair] = Result {
                    switch direction {
                    case .sampling: try flow(from: after, to: before)
                    case .forward: try flow(from: before, to: after)
                    }
                }
            }
        }
        // The error of the first pair that has one, whatever the order they ran in.
        let flows = try outcomes.compactMap { try $0?.get() }
        let displacements = Tensor(uninitialized: [2, pairs, luma.height, luma.width]) { values in
            for (pair, flow) in flows.enumerated() {
                flow.withUnsafeValues { flow in
                    for component in 0..<2 {
                        let target = (component * pairs + pair) * area
                        _ = values[target..<target + area].update(
                            fromContentsOf: flow[component * area..<(component + 1) * area])
                    }
                }
            }
        }
        return try FlowField(displacements: displacements, direction: direction)
    }
}
