import Autodiff
import Testing

/// The operations of the golden files that exist here, under PyTorch's names.
enum GoldenOperation: String, CaseIterable {
    case adaptiveAveragePooling3D = "adaptive_avg_pool3d"
    case add
    case averagePooling3D = "avg_pool3d"
    case batchNormalization = "batchnorm_eval"
    case convolution3D = "conv3d"
    case gridSample2D = "grid_sample_2d"
    case linear
    case maxPooling3D = "max_pool3d"
    case relu

    /// Operations of the golden files that do not exist yet, with the number of the issue that brings them.
    static let notYet: [String: Int] = [
        "concat": 4, "gelu_erf": 4, "gelu_tanh": 4, "hardsigmoid": 4,
        "hardswish": 4, "interpolate": 4, "layer_norm": 4, "matmul": 4, "mul": 4, "relu6": 4,
        "sigmoid": 4, "silu": 4, "softmax": 4, "tanh": 4,
    ]
}

/// The operands of a case by name.
struct GoldenOperands {
    let variables: [String: Variable]

    subscript(name: String) -> Variable {
        get throws { try #require(variables[name], "the case has no operand \(name)") }
    }

    func optional(_ name: String) -> Variable? { variables[name] }

    /// The result of an operation. Not a method of the operations, whose names would hide the functions.
    func evaluate(_ operation: GoldenOperation, _ attributes: GoldenAttributes) throws -> Variable {
        switch operation {
        case .adaptiveAveragePooling3D:
            return try adaptiveAveragePooling3D(self["x"], output: Extent3(attributes.outputSize))
        case .add: return try add(self["a"], self["b"])
        case .averagePooling3D:
            return try averagePooling3D(
                self["x"], geometry: PoolingGeometry(attributes),
                countsPadding: #require(attributes.countsPadding as Bool?))
        case .batchNormalization:
            return try batchNormalization(
                self["x"], scale: self["weight"], shift: self["bias"], mean: self["running_mean"],
                variance: self["running_var"], epsilon: #require(attributes.epsilon))
        case .convolution3D:
            return try convolution3D(
                self["x"], weight: self["weight"], bias: optional("bias"),
                geometry: ConvolutionGeometry(
                    stride: Extent3(attributes.stride), padding: Extent3(attributes.padding),
                    dilation: Extent3(attributes.dilation), groups: #require(attributes.groups)))
        case .gridSample2D:
            try #require(attributes.mode == "bilinear")
            return try gridSample2D(
                self["x"], grid: self["grid"], padding: attributes.gridPadding,
                alignCorners: #require(attributes.alignsCorners as Bool?))
        case .linear: return try linear(self["x"], weight: self["weight"], bias: optional("bias"))
        case .maxPooling3D: return try maxPooling3D(self["x"], geometry: PoolingGeometry(attributes))
        case .relu: return try relu(self["x"])
        }
    }
}

extension Extent3 {
    /// - Parameter extents: depth, height, width.
    fileprivate init(_ extents: [Int]?) throws {
        let extents = try #require(extents)
        try #require(extents.count == 3)
        self.init(depth: extents[0], height: extents[1], width: extents[2])
    }
}

extension PoolingGeometry {
    fileprivate init(_ attributes: GoldenAttributes) throws {
        self.init(
            window: try Extent3(attributes.window), stride: try Extent3(attributes.stride),
            padding: try Extent3(attributes.padding), keepsPartialWindows: try #require(attributes.ceils as Bool?))
    }
}

extension GoldenAttributes {
    fileprivate var gridPadding: GridPadding {
        get throws {
            let paddings: [String?: GridPadding] = ["border": .border, "zeros": .zeros]
            return try #require(paddings[paddingMode])
        }
    }
}
