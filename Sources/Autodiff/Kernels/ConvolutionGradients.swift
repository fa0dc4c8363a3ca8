import CKernels
import Tensors

/// The extents of one convolution: `input [batch, groups · inputChannels, …]`, `output [batch, groups · outputChannels, …]`,
/// `weight [groups · outputChannels, inputChannels, …kernel]`.
struct ConvolutionExtents: Sendable {
    let batch, groups, inputChannels, outputChannels: Int
    let input, output, kernel: Extent3
    let geometry: ConvolutionGeometry

    var taps: Int { kernel.product }

    /// Multiplications and additions of direct summation, for the result and for each gradient alike.
    var directFlops: Int {
        2 * batch * groups * outputChannels * output.product * inputChannels * taps
    }

    /// The same where the number might leave the range of an Int.
    var approximateFlops: Double {
        2 * Double(batch * groups * outputChannels) * Double(output.product) * Double(inputChannels * taps)
    }
}

/// The three vector-Jacobian products of a convolution, on contiguous memory.
struct ConvolutionKernels {
    let extents: ConvolutionExtents
    let parallelism: Parallelism

    var forwardPlan: TapPlan {
        .forward(
            input: extents.input, output: extents.output, kernel: extents.kernel, geometry: extents.geometry)
    }

    /// The convolution itself.
    func forward(input: Reads, weight: Reads, bias: Reads?, into output: Writes) {
        let channels = TapChannels(
            batch: extents.batch, groups: extents.groups, source: extents.inputChannels,
            destination: extents.outputChannels)
        TapConvolution(plan: forwardPlan, channels: channels, parallelism: parallelism)
            .run(source: input, weights: weight, bias: bias, into: output)
    }

    /// The gradient by the input, from the gradient by the output and the weights.
    func inputGradient(outputGradient: Reads, weight: Reads, into inputGradient: Writes) {
        // Gathering multiplies the patches of all output channels into few rows; scattering makes few patches of input channels. At the stem
        // of a network (3 channels from 64) that is fifteen times less memory traffic.
        if extents.inputChannels < 16 && extents.outputChannels > extents.inputChannels
            && extents.kernel.height * extents.kernel.width > 1
        {
            scatterInputGradient(outputGradient: outputGradient, weight: weight, into: inputGradient)
            return
        }
        let plans = TapPlan.transposed(
            input: extents.input, output: extents.output, kernel: extents.kernel, geometry: extents.geometry)
        let channels = TapChannels(
            batch: extents.batch, groups: extents.groups, source: extents.outputChannels,
            destination: extents.inputChannels)
        if plans.contains(where: { $0.taps == 0 }) {
            let count = extents.batch * extents.groups * extents.inputChannels * extents.input.product
            parallelism.forEachPiece(of: count) {
                (inputGradient + $0.lowerBound).update(repeating: 0, count: $0.count)
            }
        }
        for plan in plans where plan.taps > 0 {
            packTransposed(weight, plan: plan).reading { packed in
                TapConvolution(plan: plan, channels: channels, parallelism: parallelism)
                    .run(source: outputGradient, weights: packed, bias: nil, into: inputGradient)
            }
        }
    }

    /// The weights with output and input channels exchanged and only the taps of the plan: `[groups, input, output, taps]`.
    private func packTransposed(_ weight: Reads, plan: TapPlan) -> OwnedFloats {
        let packed = OwnedFloats(count: extents.groups * extents.inputChannels * extents.outputChannels * plan.taps)
        let kernel = extents.kernel
        let taps = plan.depth.taps.flatMap { d in
            plan.height.taps.flatMap { h in plan.width.taps.map { (d * kernel.height + h) * kernel.width + $0 } }
        }
        var to = packed.base
        for group in 0..<extents.groups {
            for input in 0..<extents.inputChannels {
                for output in 0..<extents.outputChannels {
                    let from =
                        weight + ((group * extents.outputChannels + output) * extents.inputChannels + input)
                        * extents.taps
                    for tap in taps {
                        to.pointee = from[tap]
                        to += 1
                    }
                }
            }
        }
        return packed
    }

    /// The gradient by the input as patches = weightᵀ · gradient, added back to where a forward convolution reads them. Each piece owns a time
    /// slice of one group, so no two add to the same element.
    private func scatterInputGradient(outputGradient: Reads, weight: Reads, into inputGradient: Writes) {
        let (c, o) = (extents.inputChannels, extents.outputChannels)
        let (input, output, kernel) = (extents.input, extents.output, extents.kernel)
        let plan = forwardPlan
        let (inputArea, outputArea) = (input.height * input.width, output.height * output.width)
        let patch = kernel.height * kernel.width
        // [groups, depth taps, channels · height taps · width taps, output channels]
        let packed = OwnedFloats(count: extents.groups * kernel.depth * c * patch * o)
        for group in 0..<extents.groups {
            for index in 0..<o * c * kernel.depth * patch {
                let (rest, inPatch) = index.quotientAndRemainder(dividingBy: patch)
                let (pair, tap) = rest.quotientAndRemainder(dividingBy: kernel.depth)
                let (to, from) = pair.quotientAndRemainder(dividingBy: c)
                packed.base[(((group * kernel.depth + tap) * c + from) * patch + inPatch) * o + to] =
                    (weight + group * o * c * kernel.depth * patch + index).pointee
            }
        }
        let lines = max(1, min(output.height, (1 << 17) / max(1, c * patch * output.width)))
        let patches = Scratch(count: c * patch * lines * output.width)
        packed.reading { packed in
            parallelism.forEach(extents.batch * extents.groups * input.depth) { unit in
                let (group, slice) = unit.quotientAndRemainder(dividingBy: input.depth)
                let to = inputGradient + (group * c * input.depth + slice) * inputArea
                for channel in 0..<c {
                    (to + channel * input.depth * inputArea).update(repeating: 0, count: inputArea)
                }
                patches.borrow { columns in
                    for tap in 0..<kernel.depth {
                        let at = slice - plan.depth.offsets[tap]
                        guard at >= 0, at % plan.depth.step == 0, at / plan.depth.step < output.depth else { continue }
                        let from = outputGradient + (group * o * output.depth + at / plan.depth.step) * outputArea
                        let matrix = packed + (group % extents.groups * kernel.depth + tap) * c * patch * o
                        for line in stride(from: 0, to: output.height, by: lines) {
                            let count = min(lines, output.height - line)
                            gemm(
                                rows: c * patch, columns: count * output.width, depth: o,
                                Matrix(base: matrix, stride: o),
                                Matrix(base: from + line * output.width, stride: output.depth * outputArea),
                                accumulates: false, into: columns, stride: count * output.width)
                            plan.withKernelPlan {
                                ck_scatter_slice(
                                    columns, count * output.width, $0.height, $0.width, c, line, count, to,
                                    input.depth * inputArea)
                            }
                        }
                    }
                }
            }
        }
    }
}
