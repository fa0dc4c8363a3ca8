import Autodiff
import Tensors

/// A trunk in words, from which both the operation and its naive reference are made.
struct TrunkDescription: Sendable {
    struct Convolution: Sendable {
        let outputs: Int
        let kernel: Extent3
        var stride = Extent3.one
        /// Nil for the padding that keeps extents.
        var padding: Extent3?
        var dilation = Extent3.one
        var rectified = true
        /// Counted from the clip, 0; nil for the value before.
        var source: Int?
        var addend: Int?

        var geometry: ConvolutionGeometry {
            let same = Extent3(depth: kernel.depth / 2, height: kernel.height / 2, width: kernel.width / 2)
            return ConvolutionGeometry(stride: stride, padding: padding ?? same, dilation: dilation, groups: 1)
        }
    }

    let channels: Int
    let convolutions: [Convolution]
    let factors, addends: [Float]
    /// Whether it takes activations and gives some, instead of a clip and a mean.
    let isOfFeatures: Bool

    /// From activations to activations.
    init(features channels: Int, _ convolutions: [Convolution]) {
        self.channels = channels
        self.convolutions = convolutions
        (factors, addends) = ([], [])
        isOfFeatures = true
    }

    init(channels: Int, _ convolutions: [Convolution]) {
        self.channels = channels
        self.convolutions = convolutions
        factors = (0..<channels).map { 1.5 + 0.25 * Float($0) }
        addends = (0..<channels).map { 0.5 - 0.5 * Float($0) }
        isOfFeatures = false
    }

    /// Weights and biases, drawn so that activations keep their size.
    var parameters: [(weight: Tensor, bias: Tensor)] {
        var outputs = [channels]
        return convolutions.enumerated().map { index, convolution in
            let inputs = outputs[convolution.source ?? index]
            outputs.append(convolution.outputs)
            let kernel = convolution.kernel
            let scale = (6 / Float(inputs * kernel.product)).squareRoot()
            return (
                Pattern.tensor(
                    [convolution.outputs, inputs, kernel.depth, kernel.height, kernel.width], seed: UInt64(10 + index)
                ) { $0 * scale },
                Pattern.tensor([convolution.outputs], seed: UInt64(50 + index)) { $0 * 0.3 }
            )
        }
    }

    var trunk: FrozenTrunk {
        var builder = isOfFeatures ? FrozenTrunkBuilder() : FrozenTrunkBuilder(factors: factors, addends: addends)
        var values = [builder.clip]
        for (index, (convolution, parameters)) in zip(convolutions, parameters).enumerated() {
            values.append(
                builder.convolution(
                    values[convolution.source ?? index], weight: parameters.weight, bias: parameters.bias,
                    geometry: convolution.geometry, addend: convolution.addend.map { values[$0] },
                    rectified: convolution.rectified))
        }
        return builder.build()
    }

    /// The same in Double, one element at a time.
    func reference(_ x: Reference) -> Reference {
        let isOfPictures = x.shape.count == 4
        var values = [
            isOfFeatures
                ? Reference(isOfPictures ? Array(x.shape[..<2]) + [1] + Array(x.shape[2...]) : x.shape, x.values)
                : Reference(x.shape) { Double(factors[$0[1]]) * x[$0] + Double(addends[$0[1]]) }
        ]
        for (index, (convolution, parameters)) in zip(convolutions, parameters).enumerated() {
            var y = naiveConvolution(
                values[convolution.source ?? index], Reference(parameters.weight), Reference(parameters.bias),
                convolution.geometry)
            if let addend = convolution.addend {
                y.values = zip(y.values, values[addend].values).map { $0 + $1 }
            }
            values.append(convolution.rectified ? y.map { max($0, 0) } : y)
        }
        let last = values[values.count - 1]
        if isOfFeatures {
            let shape = last.shape
            return Reference(isOfPictures ? Array(shape[..<2]) + Array(shape[3...]) : shape, last.values)
        }
        let volume = last.shape[2] * last.shape[3] * last.shape[4]
        return Reference([1, last.shape[1]]) { index in
            last.values[index[1] * volume..<(index[1] + 1) * volume].reduce(0, +) / Double(volume)
        }
    }
}

extension OperationCases {
    private static let spatial = Extent3(depth: 1, height: 3, width: 3)
    private static let temporal = Extent3(depth: 3, height: 1, width: 1)
    private static let halves = Extent3(depth: 1, height: 2, width: 2)
    private static let stem = TrunkDescription.Convolution(
        outputs: 5, kernel: Extent3(depth: 1, height: 5, width: 5), stride: halves)

    static let frozenTrunkCases = OperationCases(
        gradient: [
            trunk("a stem alone", [1, 2, 3, 7, 9], TrunkDescription(channels: 2, [linear(stem)])),
            trunk(
                "a stem over time with strides everywhere", [1, 3, 5, 8, 7],
                TrunkDescription(
                    channels: 3,
                    [
                        .init(
                            outputs: 17, kernel: Extent3(depth: 3, height: 7, width: 7), stride: Extent3(2),
                            rectified: false)
                    ])),
            trunk(
                "a stem with more columns than a vector", [1, 3, 2, 7, 8],
                TrunkDescription(
                    channels: 3,
                    [
                        .init(
                            outputs: 4, kernel: Extent3(depth: 1, height: 3, width: 4),
                            stride: Extent3(depth: 1, height: 3, width: 2),
                            padding: Extent3(depth: 0, height: 0, width: 2), rectified: false)
                    ])),
            trunk(
                "tiles in space, cut at the edges", [1, 1, 2, 7, 10],
                TrunkDescription(
                    channels: 1, [linear(pointwise(18)), .init(outputs: 3, kernel: spatial, rectified: false)])),
            trunk(
                "tiles in space over three slices", [1, 1, 3, 5, 6],
                TrunkDescription(
                    channels: 1, [linear(pointwise(3)), .init(outputs: 20, kernel: Extent3(3), rectified: false)])),
            trunk(
                "tiles in time, cut at the end", [1, 1, 6, 3, 4],
                TrunkDescription(
                    channels: 1, [linear(pointwise(17)), .init(outputs: 4, kernel: temporal, rectified: false)])),
            trunk(
                "tiles with other padding", [1, 1, 5, 6, 5],
                TrunkDescription(
                    channels: 1,
                    [
                        linear(pointwise(2)),
                        .init(outputs: 3, kernel: spatial, padding: .zero, rectified: false),
                        .init(
                            outputs: 3, kernel: temporal, padding: Extent3(depth: 2, height: 0, width: 0),
                            rectified: false),
                    ])),
            trunk(
                "strides, dilation and skipped pixels", [1, 2, 6, 9, 8],
                TrunkDescription(
                    channels: 2,
                    [
                        linear(pointwise(3)), .init(outputs: 4, kernel: Extent3(3), stride: Extent3(2)),
                        .init(
                            outputs: 3, kernel: Extent3(depth: 1, height: 2, width: 2),
                            padding: Extent3(depth: 0, height: 1, width: 2), dilation: Extent3(2), rectified: false),
                        .init(outputs: 5, kernel: .one, stride: Extent3(2), rectified: false),
                    ])),
            trunk(
                "residual blocks", [1, 2, 4, 8, 8],
                TrunkDescription(
                    channels: 2,
                    [
                        stem, .init(outputs: 6, kernel: temporal), .init(outputs: 7, kernel: spatial),
                        .init(outputs: 6, kernel: temporal, addend: 2),
                        .init(outputs: 8, kernel: .one, stride: Extent3(2), rectified: false),
                        .init(outputs: 9, kernel: spatial, stride: halves, source: 4),
                        .init(
                            outputs: 8, kernel: temporal, stride: Extent3(depth: 2, height: 1, width: 1), addend: 5),
                    ])),
            trunk(
                "a value that is added, and one that is added and convolved", [1, 1, 2, 6, 6],
                TrunkDescription(
                    channels: 1,
                    [
                        stem, .init(outputs: 5, kernel: .one), .init(outputs: 5, kernel: spatial, addend: 1),
                        .init(outputs: 5, kernel: .one, source: 3, addend: 2),
                        .init(outputs: 5, kernel: .one, source: 4, addend: 4),
                    ])),
        ] + featureTrunkCases,
        large: [
            large(
                [5, 33, 20, 18],
                TrunkDescription(
                    features: 33,
                    [
                        .init(outputs: 48, kernel: spatial), .init(outputs: 33, kernel: spatial, addend: 0),
                        .init(outputs: 64, kernel: spatial, stride: halves),
                        .init(outputs: 64, kernel: spatial, addend: 3),
                    ])),
            large(
                [1, 3, 9, 60, 52],
                TrunkDescription(
                    channels: 3,
                    [
                        .init(outputs: 45, kernel: Extent3(depth: 1, height: 7, width: 7), stride: halves),
                        .init(outputs: 40, kernel: temporal), .init(outputs: 72, kernel: spatial),
                        .init(outputs: 40, kernel: temporal, addend: 2),
                        .init(outputs: 64, kernel: Extent3(3), stride: Extent3(2)),
                        .init(outputs: 80, kernel: Extent3(3)), .init(outputs: 64, kernel: spatial, addend: 5),
                    ])),
        ])

    /// Activations to activations: of a clip, of pictures with and without an axis for time.
    private static let featureTrunkCases = [
        trunk(
            "features of a clip, added to what comes of them", [1, 5, 3, 6, 7],
            TrunkDescription(
                features: 5,
                [
                    .init(outputs: 18, kernel: spatial), .init(outputs: 5, kernel: temporal, addend: 0),
                    .init(outputs: 6, kernel: Extent3(3), stride: Extent3(2), rectified: false),
                ])),
        trunk(
            "features of pictures", [3, 4, 6, 5],
            TrunkDescription(
                features: 4,
                [
                    .init(outputs: 17, kernel: spatial), .init(outputs: 4, kernel: spatial, addend: 0),
                    .init(outputs: 3, kernel: .one, stride: halves, source: 0),
                    .init(outputs: 3, kernel: spatial, stride: halves, source: 2, addend: 3),
                ])),
        trunk(
            "features of pictures with an axis for time", [2, 18, 1, 4, 5],
            TrunkDescription(features: 18, [.init(outputs: 2, kernel: spatial)])),
        trunk(
            "one picture", [1, 3, 1, 5, 4],
            TrunkDescription(features: 3, [.init(outputs: 3, kernel: Extent3(3), addend: 0)])),
    ]

    private static func linear(_ convolution: TrunkDescription.Convolution) -> TrunkDescription.Convolution {
        var linear = convolution
        linear.rectified = false
        return linear
    }

    /// A first convolution that only makes channels.
    private static func pointwise(_ outputs: Int) -> TrunkDescription.Convolution {
        .init(outputs: outputs, kernel: .one)
    }

    private static func trunk(_ name: String, _ x: Shape, _ description: TrunkDescription) -> GradientCase {
        let trunk = description.trunk
        return GradientCase(
            name: name, operands: [Pattern.tensor(x, seed: 1)], step: 1e-5,
            operation: { try frozenTrunk($0[0], trunk, meter: WorkMeter()) },
            reference: { description.reference($0[0]) })
    }

    private static func large(_ x: Shape, _ description: TrunkDescription) -> LargeCase {
        let trunk = description.trunk
        return LargeCase(
            operands: [Pattern.tensor(x, seed: 1)],
            operation: { try frozenTrunk($0[0], trunk, meter: WorkMeter()) })
    }
}
