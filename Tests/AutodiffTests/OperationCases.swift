import Autodiff

extension OperationCases {
    /// The cases of an operation. Exhaustive, so that a new operation does not compile without them.
    static func of(_ operation: Operation) -> OperationCases {
        switch operation {
        case .adaptiveAveragePooling3D: adaptiveAveragePooling3DCases
        case .add: addCases
        case .averagePooling3D: averagePooling3DCases
        case .batchNormalization: batchNormalizationCases
        case .convolution3D: convolution3DCases
        case .gridSample2D: gridSample2DCases
        case .linear: linearCases
        case .maxPooling3D: maxPooling3DCases
        case .relu: reluCases
        case .reshape: reshapeCases
        }
    }
}
