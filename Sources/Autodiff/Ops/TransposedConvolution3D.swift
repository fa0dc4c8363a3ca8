package import Tensors

/// The shape of a transposed convolution's result: `[N, O, T', H', W']` with T' = (T - 1)·stride - 2·padding + dilation·(kT - 1) + 1 + extra, likewise
/// H' and W'.
/// - Parameters:
///   - x: `[N, C, T, H, W]`.
///   - weight: `[C, O / groups, kT, kH, kW]`.
///   - bias: `[O]`, if there is one.
///   - extra: `output_padding`, elements that the result has behind its last ones; below the larger of stride and dilation.
/// - Throws: ``ShapeError``.
package func transposedConvolution3DShape(
    _ x: Shape, weight: Shape, bias: Shape?, geometry: ConvolutionGeometry, extra: Extent3
) throws -> Shape {
    try transposedExtents(x, weight: weight, bias: bias, geometry: geometry, extra: extra).inputShape
}

/// The convolution whose gradient by its input the transposed convolution is.
private func transposedExtents(
    _ x: Shape, weight: Shape, bias: Shape?, geometry: ConvolutionGeometry, extra: Extent3
) throws -> ConvolutionExtents {
    let shapes = [x, weight] + (bias.map { [$0] } ?? [])
    func refuse(_ reason: String) -> ShapeError { Operation.transposedConvolution3D.refuses(shapes, reason) }
    guard x.rank == 5, weight.rank == 5 else { throw refuse("input and weight have five axes") }
    guard geometry.groups > 0, weight[0] == x[1], x[1] % geometry.groups == 0 else {
        throw refuse("the weight's first extent is the input's channels, divided by \(geometry.groups) groups")
    }
    let limit = 1 << 30
    var result = [x[0], weight[1] * geometry.groups]
    for axis in 0..<3 {
        let numbers = [
            x[axis + 2], weight[axis + 2], geometry.stride.extents[axis], geometry.padding.extents[axis],
            geometry.dilation.extents[axis], extra.extents[axis],
        ]
        guard numbers.allSatisfy({ (0...limit).contains($0) }), numbers[0] > 0, numbers[2] > 0, numbers[4] > 0 else {
            throw refuse("an extent, stride or dilation is zero, negative or too large")
        }
        guard numbers[5] < max(numbers[2], numbers[4]) else {
            throw refuse("the extra extent \(numbers[5]) is not below stride or dilation")
        }
        let extent = (numbers[0] - 1) * numbers[2] - 2 * numbers[3] + numbers[4] * (numbers[1] - 1) + 1 + numbers[5]
        guard (1...limit).contains(extent) else { throw refuse("the result would have the extent \(extent)") }
        result.append(extent)
    }
    let whole = try Shape(validating: result)
    let extents = try ConvolutionExtents(whole, weight: weight, bias: nil, geometry: geometry)
    // With extra elements less than a stride or dilation the convolution of the result has exactly the input's extents, or one more.
    guard extents.outputShape == x else { throw refuse("\(extra) extra elements do not fit") }
    guard bias == nil || bias == [whole[1]] else { throw refuse("the bias has one value for each output channel") }
    return extents
}

extension ConvolutionExtents {
    fileprivate var inputShape: Shape { Shape([batch, groups * inputChannels] + input.extents) }
}

/// The transpose of a 3-D convolution (`ConvTranspose3d` in PyTorch) with frozen weights. Keeps nothing but them.
/// - Parameters:
///   - weight: `[C, O / groups, kT, kH, kW]`, a constant.
///   - bias: `[O]`, a constant.
/// - Precondition: weight and bias want no gradient.
/// - Throws: ``ShapeError``.
package func transposedConvolution3D(
    _ x: Variable, weight: Variable, bias: Variable?, geometry: ConvolutionGeometry, extra: Extent3
) throws -> Variable {
    precondition(!weight.wantsGradient && bias?.wantsGradient != true, "the weights are frozen")
    let extents = try transposedExtents(
        x.shape, weight: weight.shape, bias: bias?.shape, geometry: geometry, extra: extra)
    let kernels = ConvolutionKernels(extents: extents, parallelism: x.tape.parallelism)
    let weight = weight.value
    WorkMeter.current?.did(flops: extents.directFlops)
    var value = x.value.reading { source in
        weight.reading { weight in
            Tensor(writing: extents.inputShape) {
                kernels.inputGradient(outputGradient: source, weight: weight, into: $0)
            }
        }
    }
    if let bias = bias?.value {
        let channels = ChannelExtents(value.shape)
        value = channels.affine(
            value, Array(repeating: 1, count: channels.channels), bias.values.map(Double.init),
            parallelism: kernels.parallelism)
    }
    return x.tape.record(value, .transposedConvolution3D, parents: [x], keptBytes: 0) { gradient in
        WorkMeter.current?.did(flops: extents.directFlops)
        return [
            gradient.reading { source in
                weight.reading { weight in
                    Tensor(writing: extents.outputShape) {
                        kernels.forward(input: source, weight: weight, bias: nil, into: $0)
                    }
                }
            }
        ]
    }
}
