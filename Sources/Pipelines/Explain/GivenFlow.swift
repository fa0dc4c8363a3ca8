package import Cine
package import Foundation
import Tensors

/// Sampling flow that a caller gives in place of an estimate.
package struct GivenFlow: Sendable {
    /// Of a file: flow of 256 frames of 256×256 pixels has 134 MB.
    package static let maximumBytes = 256 << 20

    /// The file's.
    package let sha256: String
    private let displacements: Tensor

    /// - Parameter npy: `[2, T - 1, H, W]`: x then y, in pixels of the clip as the model sees it; entry i - 1 says for each pixel of frame i where it
    ///   comes from in frame i - 1.
    /// - Throws: ``ExplainError/unusableFlow(_:)``.
    package init(npy: Data, sha256: String) throws {
        self.sha256 = sha256
        do {
            displacements = try NumPy.decode([UInt8](npy))
        } catch let error as NumPyError {
            throw ExplainError.unusableFlow(error.description)
        }
        let isFinite = displacements.withUnsafeValues { $0.allSatisfy(\.isFinite) }
        guard isFinite else { throw ExplainError.unusableFlow("it holds values that are not finite numbers") }
    }

    /// - Throws: ``ExplainError/unusableFlow(_:)`` when it is not the flow of a clip of these extents.
    package func field(frames: Int, height: Int, width: Int) throws -> FlowField {
        let expected: Shape = [2, frames - 1, height, width]
        guard displacements.shape == expected else {
            throw ExplainError.unusableFlow(
                "its shape is \(displacements.shape); flow between the \(frames) frames of this clip is \(expected)")
        }
        for (axis, component, extent) in [("x", 0, width), ("y", 1, height)] {
            let longest = longest(component)
            guard longest <= Float(extent) else {
                throw ExplainError.unusableFlow(
                    "a displacement along \(axis) has \(longest) pixels; none is longer than the clip's \(extent), where nothing is known write 0"
                )
            }
        }
        return try FlowField(displacements: displacements, direction: .sampling)
    }

    /// The largest magnitude of a component.
    private func longest(_ component: Int) -> Float {
        displacements.withUnsafeValues { values in
            let size = values.count / 2
            return values[component * size..<(component + 1) * size].reduce(0) { max($0, abs($1)) }
        }
    }
}
