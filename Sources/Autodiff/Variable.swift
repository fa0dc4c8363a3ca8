package import Tensors

/// A value that a computation passes through, together with its place on the tape.
///
/// A variable owns its value; the tape does not. Dropping the last variable of an intermediate result frees its memory, unless the pullback
/// of a later operation needs it.
package struct Variable {
    package let value: Tensor

    /// The tape that operations on this variable are recorded on.
    package let tape: Tape

    /// The record that produced the value; nil for constants, to which no gradient flows.
    let record: Int?

    package var shape: Shape { value.shape }

    /// Whether a gradient flows to this variable. Operations store and compute nothing for operands that want none.
    package var wantsGradient: Bool { record != nil }
}
