import Autodiff

extension OperationCases {
    /// The cases of an operation. Exhaustive, so that a new operation does not compile without them.
    static func of(_ operation: Operation) -> OperationCases {
        switch operation {
        case .adaptiveAveragePooling3D: adaptiveAveragePooling3DCases
        case .add: addCases
        case .averagePooling3D: averagePooling3DCases
        case .batchNormalization: batchNormalizationCases
        case .concatenate: concatenateCases
        case .convolution3D: convolution3DCases
        case .gelu: geluCases
        case .gridSample2D: gridSample2DCases
        case .hardsigmoid: hardsigmoidCases
        case .hardswish: hardswishCases
        case .interpolate: interpolateCases
        case .layerNormalization: layerNormalizationCases
        case .linear: linearCases
        case .matrixMultiply: matrixMultiplyCases
        case .maxPooling3D: maxPooling3DCases
        case .multiply: multiplyCases
        case .relu: reluCases
        case .relu6: relu6Cases
        case .reshape: reshapeCases
        case .sigmoid: sigmoidCases
        case .silu: siluCases
        case .softmax: softmaxCases
        case .subtract: subtractCases
        case .tanh: tanhCases
        }
    }
}
