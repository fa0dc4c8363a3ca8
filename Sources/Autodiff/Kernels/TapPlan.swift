import CKernels

/// One axis of a tap convolution: destination element `start + j · spacing`, for j in `0..<count`, sums the source elements
/// `j · step + offset` over its taps, those outside `0..<sourceExtent` being zero.
///
/// A convolution and its transpose both have this form. Forward, one plan covers the destination: step is the stride, a tap's offset is
/// k · dilation - padding. Backwards, the elements of the input fall into as many phases as the stride has residues; within a phase
/// the same taps of the kernel meet the gradient, one element apart. So one set of kernels serves both, and each element of a gradient is
/// written once, by one piece of work, in a fixed order of summation.
struct TapAxis: Sendable {
    let count: Int
    let step: Int
    /// The indices in the kernel of the taps that take part, and where they read.
    let taps: [Int]
    let offsets: [Int]
    let sourceExtent: Int
    let start: Int
    let spacing: Int
    let destinationExtent: Int

    /// The axis of a forward convolution.
    init(source: Int, destination: Int, kernel: Int, stride: Int, padding: Int, dilation: Int) {
        count = destination
        step = stride
        taps = Array(0..<kernel)
        offsets = taps.map { $0 * dilation - padding }
        sourceExtent = source
        start = 0
        spacing = 1
        destinationExtent = destination
    }

    /// The axis of the transposed convolution, from the gradient by the output to the input's elements `phase + j · stride`.
    init(output: Int, input: Int, kernel: Int, stride: Int, padding: Int, dilation: Int, phase: Int) {
        count = phase < input ? (input - phase + stride - 1) / stride : 0
        step = 1
        taps = (0..<kernel).filter { (phase + padding - $0 * dilation) % stride == 0 }
        offsets = taps.map { (phase + padding - $0 * dilation) / stride }
        sourceExtent = output
        start = phase
        spacing = stride
        destinationExtent = input
    }

    /// Whether the axis is copied as it is: one tap, nothing shifted or skipped.
    var isIdentity: Bool {
        step == 1 && spacing == 1 && offsets == [0] && count == sourceExtent && count == destinationExtent
    }
}

/// A tap convolution over depth, height and width.
struct TapPlan: Sendable {
    let depth, height, width: TapAxis

    var taps: Int { depth.taps.count * height.taps.count * width.taps.count }
    var positions: Int { depth.count * height.count * width.count }
    var sourceVolume: Int { depth.sourceExtent * height.sourceExtent * width.sourceExtent }
    var destinationVolume: Int { depth.destinationExtent * height.destinationExtent * width.destinationExtent }

    /// Whether the destination's elements are consecutive in memory, in the order of positions.
    var isDense: Bool { depth.spacing == 1 && height.spacing == 1 && width.spacing == 1 }

    /// Whether every tap reads whole time slices, so that slices can be multiplied where they lie.
    var readsWholeSlices: Bool { height.isIdentity && width.isIdentity }

    /// Positions from the source to the destination of a convolution with this kernel.
    static func forward(
        input: Extent3, output: Extent3, kernel: Extent3, geometry: ConvolutionGeometry
    ) -> TapPlan {
        func axis(_ extent: KeyPath<Extent3, Int>) -> TapAxis {
            TapAxis(
                source: input[keyPath: extent], destination: output[keyPath: extent], kernel: kernel[keyPath: extent],
                stride: geometry.stride[keyPath: extent], padding: geometry.padding[keyPath: extent],
                dilation: geometry.dilation[keyPath: extent])
        }
        return TapPlan(depth: axis(\.depth), height: axis(\.height), width: axis(\.width))
    }

    /// The plans, one a phase, that together write the gradient by the input from the gradient by the output. Phases that no tap reaches are
    /// among them, with no taps: there the gradient is zero.
    static func transposed(
        input: Extent3, output: Extent3, kernel: Extent3, geometry: ConvolutionGeometry
    ) -> [TapPlan] {
        func axes(_ extent: KeyPath<Extent3, Int>) -> [TapAxis] {
            (0..<min(geometry.stride[keyPath: extent], max(input[keyPath: extent], 1))).map { phase in
                TapAxis(
                    output: output[keyPath: extent], input: input[keyPath: extent], kernel: kernel[keyPath: extent],
                    stride: geometry.stride[keyPath: extent], padding: geometry.padding[keyPath: extent],
                    dilation: geometry.dilation[keyPath: extent], phase: phase)
            }
        }
        return axes(\.depth).flatMap { depth in
            axes(\.height).flatMap { height in
                axes(\.width).map { TapPlan(depth: depth, height: height, width: $0) }
            }
        }
    }

    /// Lends the plan to a C kernel.
    func withKernelPlan<R>(_ body: (ck_plan) -> R) -> R {
        depth.offsets.withUnsafeBufferPointer { d in
            height.offsets.withUnsafeBufferPointer { h in
                width.offsets.withUnsafeBufferPointer { w in
                    body(ck_plan(depth: depth.kernelAxis(d), height: height.kernelAxis(h), width: width.kernelAxis(w)))
                }
            }
        }
    }
}

extension TapAxis {
    fileprivate func kernelAxis(_ offsets: UnsafeBufferPointer<Int>) -> ck_axis {
        ck_axis(
            count: count, step: step, taps: offsets.count, offsets: offsets.baseAddress, source_extent: sourceExtent,
            start: start, spacing: spacing, destination_extent: destinationExtent)
    }
}
