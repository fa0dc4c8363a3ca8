import CKernels
import Tensors

/// x · factor + addend, elementwise, with two numbers. Keeps nothing.
/// - Returns: the shape of `x`.
package func affine(_ x: Variable, factor: Float, addend: Float) -> Variable {
    let parallelism = x.tape.parallelism
    let value = x.value.mapElements(parallelism: parallelism) { ck_affine($0, factor, addend, $1, $2) }
    return x.tape.record(value, .affine, parents: [x], keptBytes: 0) { gradient in
        if factor != 1 { gradient.updateElements(parallelism: parallelism) { ck_affine($0, factor, 0, $0, $1) } }
        return [gradient]
    }
}
