import CKernels
import Tensors

/// What the slope of an activation is worked out from, and therefore kept.
enum ActivationMemory {
    case input, result
}

/// Maps values one by one.
/// - Parameters:
///   - kernel: takes source, destination and the number of values.
///   - slope: takes gradients to multiply by the slopes, what was kept, and the number of values.
func activation(
    _ x: Variable, _ operation: Operation, keeping memory: ActivationMemory,
    _ kernel: @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void,
    slope: @escaping @Sendable (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int) -> Void
) -> Variable {
    let parallelism = x.tape.parallelism
    let value = x.value.mapElements(parallelism: parallelism, kernel)
    let kept =
        switch memory {
        case .input: x.value
        case .result: value
        }
    return x.tape.record(value, operation, parents: [x], keptBytes: kept.count * MemoryLayout<Float>.stride) {
        gradient in
        gradient.updateElements(with: kept, parallelism: parallelism, slope)
        return [gradient]
    }
}

/// Maps values one by one by a function that rises with one slope between two bounds and is flat beyond. Keeps one bit a value.
/// - Parameter kernel: takes source, destination, the first byte of the bits (or nil when none are wanted), and the number of values; sets the bit
///   of each value strictly between the bounds, lowest first.
func ramp(
    _ x: Variable, _ operation: Operation, slope: Float,
    _ kernel:
        @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<UInt8>?, Int) -> Void
) -> Variable {
    let parallelism = x.tape.parallelism
    guard x.wantsGradient else {
        return x.tape.constant(x.value.mapElements(parallelism: parallelism) { kernel($0, $1, nil, $2) })
    }
    let (value, inside) = BitMask.mapping(x.value, parallelism: parallelism) { kernel($0, $1, $2, $3) }
    return x.tape.record(value, operation, parents: [x], keptBytes: inside.byteCount) { gradient in
        inside.apply(to: &gradient, parallelism: parallelism)
        if slope != 1 {
            gradient.updateElements(parallelism: parallelism) { ck_affine($0, slope, 0, $0, $1) }
        }
        return [gradient]
    }
}
