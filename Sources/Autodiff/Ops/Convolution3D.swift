package import Tensors

/// The shape of a 3-D convolution's result: `[N, O, T', H', W']` with T' = ⌊(T + 2·padding - dilation·(kT - 1) - 1) / stride⌋ + 1, likewise H'
/// and W'.
/// - Parameters:
///   - x: `[N, C, T, H, W]`.
///   - weight: `[O, C / groups, kT, kH, kW]`.
///   - bias: `[O]`, if there is one.
/// - Throws: ``ShapeError``.
package func convolution3DShape(_ x: Shape, weight: Shape, bias: Shape?, geometry: ConvolutionGeometry) throws -> Shape
{
    try ConvolutionExtents(x, weight: weight, bias: bias, geometry: geometry).outputShape
}

extension ConvolutionExtents {
    /// - Throws: ``ShapeError``, before anything is allocated.
    init(_ x: Shape, weight: Shape, bias: Shape?, geometry: ConvolutionGeometry) throws {
        let shapes = [x, weight] + (bias.map { [$0] } ?? [])
        func refuse(_ reason: String) -> ShapeError { Operation.convolution3D.refuses(shapes, reason) }
        guard x.rank == 5, weight.rank == 5 else { throw refuse("input and weight have five axes") }
        let groups = geometry.groups
        guard groups > 0, x[1] % groups == 0, weight[0] % groups == 0 else {
            throw refuse("\(groups) groups do not divide \(x[1]) input and \(weight[0]) output channels")
        }
        guard weight[1] == x[1] / groups else {
            throw refuse("the weight takes \(weight[1]) channels a group, the input has \(x[1] / groups)")
        }
        guard weight.count > 0 else { throw refuse("the weight is empty") }
        guard bias == nil || bias == [weight[0]] else { throw refuse("the bias has one value for each output channel") }
        let kernel = Extent3(depth: weight[2], height: weight[3], width: weight[4])
        let axes = zip(
            zip(kernel.extents, geometry.stride.extents), zip(geometry.padding.extents, geometry.dilation.extents)
        ).map {
            WindowCount(
                window: $0.0, stride: $0.1, padding: $1.0, dilation: $1.1, keepsPartialWindows: false)
        }
        let output = try Operation.convolution3D.windows(axes, over: Array(x.extents[2...]), shapes: shapes)
        _ = try Shape(validating: [x[0], weight[0]] + output)
        self.init(
            batch: x[0], groups: groups, inputChannels: weight[1], outputChannels: weight[0] / groups,
            input: Extent3(depth: x[2], height: x[3], width: x[4]),
            output: Extent3(depth: output[0], height: output[1], width: output[2]), kernel: kernel, geometry: geometry)
    }

    var outputShape: Shape { Shape([batch, groups * outputChannels] + output.extents) }
}

/// 3-D convolution (cross-correlation, as in PyTorch) with stride, zero padding, dilation and groups.
///
/// With constant weights nothing is kept for the pullback but the weights themselves; the input is kept only when the weight wants a gradient.
/// - Parameters:
///   - x: `[N, C, T, H, W]`.
///   - weight: `[O, C / groups, kT, kH, kW]`.
///   - bias: `[O]`.
/// - Returns: `[N, O, T', H', W']`, see ``convolution3DShape(_:weight:bias:geometry:)``.
/// - Throws: ``ShapeError``.
package func convolution3D(
    _ x: Variable, weight: Variable, bias: Variable?, geometry: ConvolutionGeometry
) throws -> Variable {
    let extents = try ConvolutionExtents(x.shape, weight: weight.shape, bias: bias?.shape, geometry: geometry)
    let kernels = ConvolutionKernels(extents: extents, parallelism: x.tape.parallelism)
    WorkMeter.current?.did(flops: extents.directFlops)
    let value = x.value.reading { input in
        weight.value.reading { weight in
            Tensor(writing: extents.outputShape) { output in
                guard let bias else { return kernels.forward(input: input, weight: weight, bias: nil, into: output) }
                bias.value.reading { kernels.forward(input: input, weight: weight, bias: $0, into: output) }
            }
        }
    }
    // Each gradient needs the other operand; the bias needs neither.
    let keptWeight = x.wantsGradient ? weight.value : nil
    let keptInput = weight.wantsGradient ? x.value : nil
    let wantsBias = bias?.wantsGradient ?? false
    let (weightShape, inputShape) = (weight.shape, x.shape)
    return x.tape.record(
        value, .convolution3D, parents: [x, weight, bias],
        keptBytes: (keptInput?.count ?? 0) * MemoryLayout<Float>.stride
    ) { gradient in
        let byBias = wantsBias ? channelSums(of: gradient, parallelism: kernels.parallelism) : nil
        WorkMeter.current?.did(flops: [keptWeight, keptInput].compactMap(\.self).count * extents.directFlops)
        return gradient.reading { gradient in
            [
                keptWeight?.reading { weight in
                    Tensor(writing: inputShape) {
                        kernels.inputGradient(outputGradient: gradient, weight: weight, into: $0)
                    }
                },
                keptInput?.reading { input in
                    Tensor(writing: weightShape) {
                        kernels.weightGradient(input: input, outputGradient: gradient, into: $0)
                    }
                },
                byBias,
            ]
        }
    }
}
