import Tensors

/// What a forward pass and the backward pass behind it take, known before anything is allocated: of a layer, of a program, of a network.
///
/// Bytes are those that a ``WorkMeter`` counts: results, what is kept for the backward pass, and work memory, but neither the operand, which its
/// owner counts, nor parameters, which all passes share. Estimates of bytes are upper bounds, those of flops are exact.
package struct CostEstimate: Hashable, Sendable {
    package struct Pass: Hashable, Sendable {
        /// Multiplications and additions that are made, those for the padding of channels and tiles included.
        package var flops: Int
        /// The most bytes that are held at once, what is kept from one pass to the other included.
        package var bytes: Int

        package init(flops: Int, bytes: Int) {
            self.flops = flops
            self.bytes = bytes
        }
    }

    package var forward, backward: Pass
    /// Bytes that the forward pass leaves behind for the backward pass.
    package var keptBytes: Int
    /// Bytes of the result.
    package var resultBytes: Int
    /// Bytes of parameters in the form in which they are held, packed or not.
    package var parameterBytes: Int
    /// Multiplications and additions that textbook summation takes, forwards: what other programs call the flops of a network.
    package var directFlops: Int

    package init(
        forward: Pass, backward: Pass, keptBytes: Int, resultBytes: Int, parameterBytes: Int, directFlops: Int
    ) {
        self.forward = forward
        self.backward = backward
        self.keptBytes = keptBytes
        self.resultBytes = resultBytes
        self.parameterBytes = parameterBytes
        self.directFlops = directFlops
    }

    /// Of one gradient: a forward pass and a backward pass.
    package var flops: Int { forward.flops + backward.flops }
    /// The most bytes that one gradient holds at once, without parameters.
    package var bytes: Int { max(forward.bytes, backward.bytes) }

    /// The cost of this computation and of another on its result.
    package func followed(by next: CostEstimate) -> CostEstimate {
        CostEstimate(
            forward: Pass(
                flops: forward.flops + next.forward.flops,
                bytes: max(forward.bytes, keptBytes + resultBytes + next.forward.bytes)),
            // Backwards the other comes first, and gives a gradient of this result's size.
            backward: Pass(
                flops: backward.flops + next.backward.flops,
                bytes: max(keptBytes + next.backward.bytes, resultBytes + backward.bytes)),
            keptBytes: keptBytes + next.keptBytes, resultBytes: next.resultBytes,
            parameterBytes: parameterBytes + next.parameterBytes, directFlops: directFlops + next.directFlops)
    }
}
