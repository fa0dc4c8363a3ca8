package import Tensors

/// The length of all gradients together, in Double.
package func norm(of gradients: [Tensor]) -> Double {
    gradients.reduce(0.0) { sum, gradient in
        gradient.withUnsafeValues { values in
            values.reduce(sum) { $0 + Double($1) * Double($1) }
        }
    }.squareRoot()
}

/// Shortens gradients so that they are together no longer than `limit` (Pascanu and others, 2013), as PyTorch's `clip_grad_norm_` does.
/// - Returns: the length before.
package func clip(_ gradients: inout [Tensor], toNorm limit: Double) -> Double {
    let length = norm(of: gradients)
    guard length.isFinite, length > limit else { return length }
    let factor = Float(limit / (length + 1e-6))
    for index in gradients.indices {
        gradients[index].withUnsafeMutableValues { values in
            for place in values.indices { values[place] *= factor }
        }
    }
    return length
}
