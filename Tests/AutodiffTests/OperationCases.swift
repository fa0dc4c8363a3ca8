import Autodiff

extension OperationCases {
    /// The cases of an operation. Exhaustive, so that a new operation does not compile without them.
    static func of(_ operation: Operation) -> OperationCases {
        switch operation {
        case .absolute: absoluteCases
        case .adaptiveAveragePooling3D: adaptiveAveragePooling3DCases
        case .add: addCases
        case .affine: affineCases
        case .attention: attentionCases
        case .averagePooling3D: averagePooling3DCases
        case .batchNormalization: batchNormalizationCases
        case .batchStatisticsNormalization: batchStatisticsNormalizationCases
        case .clamp: clampCases
        case .concatenate: concatenateCases
        case .convolution3D: convolution3DCases
        case .cosine: cosineCases
        case .cumulativeSum: cumulativeSumCases
        case .divide: divideCases
        case .dropout: dropoutCases
        case .elu: eluCases
        case .errorFunction: errorFunctionCases
        case .expand: expandCases
        case .exponential: exponentialCases
        case .extreme: extremeCases
        case .extremeAlong: extremeAlongCases
        case .frozenTrunk: frozenTrunkCases
        case .gelu: geluCases
        case .gridSample2D: gridSample2DCases
        case .hardsigmoid: hardsigmoidCases
        case .hardswish: hardswishCases
        case .interpolate: interpolateCases
        case .layerNormalization: layerNormalizationCases
        case .leakyRelu: leakyReluCases
        case .linear: linearCases
        case .logSoftmax: logSoftmaxCases
        case .logarithm: logarithmCases
        case .matrixMultiply: matrixMultiplyCases
        case .maxPooling3D: maxPooling3DCases
        case .multiply: multiplyCases
        case .pad: padCases
        case .pick: pickCases
        case .power: powerCases
        case .product: productCases
        case .relu: reluCases
        case .relu6: relu6Cases
        case .resample: resampleCases
        case .reshape: reshapeCases
        case .scatter: scatterCases
        case .select: selectCases
        case .sigmoid: sigmoidCases
        case .silu: siluCases
        case .sine: sineCases
        case .slice: sliceCases
        case .softmax: softmaxCases
        case .softplus: softplusCases
        case .squareRoot: squareRootCases
        case .subtract: subtractCases
        case .sum: sumCases
        case .take: takeCases
        case .tanh: tanhCases
        case .transpose: transposeCases
        case .transposedConvolution3D: transposedConvolution3DCases
        }
    }
}
