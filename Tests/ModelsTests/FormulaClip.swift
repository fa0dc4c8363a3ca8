import Tensors
import TestSupport

/// Clips that look like nothing, for tests of networks.
enum FormulaClip {
    /// Intensities uniform in 0.1…0.4.
    static func noise(_ shape: Shape) -> Tensor {
        let values = FormulaValues.input(shape, salt: 7).values
        return Tensor(uninitialized: shape) { clip in
            for index in clip.indices { clip[index] = 0.25 + values[index] * 0.1 }
        }
    }
}
