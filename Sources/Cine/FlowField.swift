package import Tensors

/// Optical flow between consecutive frames of a clip.
///
/// - Shape: `[2, T - 1, H, W]`; component 0 is x (right), 1 is y (down).
/// - Unit: pixels of the clip as the model sees it, per frame.
package struct FlowField: Sendable {
    /// Which frame a vector starts in and where it points.
    package enum Direction: String, Hashable, Sendable, CaseIterable {
        /// Entry i - 1 belongs to frame i: for each pixel of frame i, where to read in frame i - 1.
        case sampling
        /// Entry i - 1 belongs to frame i - 1: for each of its pixels, where it goes in frame i.
        case forward
    }

    package let displacements: Tensor
    package let direction: Direction

    /// - Throws: ``CineError/notAFlowField(_:)``.
    package init(displacements: Tensor, direction: Direction) throws {
        guard displacements.shape.rank == 4, displacements.shape[0] == 2 else {
            throw CineError.notAFlowField(displacements.shape)
        }
        self.displacements = displacements
        self.direction = direction
    }

    /// One less than the number of frames.
    package var pairs: Int { displacements.shape[1] }
    package var height: Int { displacements.shape[2] }
    package var width: Int { displacements.shape[3] }
}
