import Autodiff
import Tensors
import Testing

/// The operations of the golden files that exist here, under PyTorch's names.
enum GoldenOperation: String, CaseIterable {
    case adaptiveAveragePooling3D = "adaptive_avg_pool3d"
    case add
    case averagePooling3D = "avg_pool3d"
    case batchNormalization = "batchnorm_eval"
    case concatenate = "concat"
    case convolution3D = "conv3d"
    case geluErf = "gelu_erf"
    case geluTanh = "gelu_tanh"
    case gridSample2D = "grid_sample_2d"
    case hardsigmoid, hardswish, interpolate
    case layerNormalization = "layer_norm"
    case linear
    case matrixMultiply = "matmul"
    case maxPooling3D = "max_pool3d"
    case multiply = "mul"
    case relu, relu6, sigmoid, silu, softmax, tanh

    /// Operations of the golden files that do not exist yet, with the number of the issue that brings them.
    static let notYet: [String: Int] = [:]
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
        case .concatenate:
            return try concatenate(["a", "b", "c"].map { try self[$0] }, axis: #require(attributes.axis))
        case .convolution3D:
            return try convolution3D(
                self["x"], weight: self["weight"], bias: optional("bias"),
                geometry: ConvolutionGeometry(
                    stride: Extent3(attributes.stride), padding: Extent3(attributes.padding),
                    dilation: Extent3(attributes.dilation), groups: #require(attributes.groups)))
        case .geluErf: return try gelu(self["x"], approximation: .none)
        case .geluTanh: return try gelu(self["x"], approximation: .tanh)
        case .gridSample2D:
            try #require(attributes.mode == "bilinear")
            return try gridSample2D(
                self["x"], grid: self["grid"], padding: attributes.gridPadding,
                alignCorners: #require(attributes.alignsCorners as Bool?))
        case .hardsigmoid: return try hardsigmoid(self["x"], slope: 1 / 6, offset: 0.5)
        case .hardswish: return try hardswish(self["x"])
        case .interpolate:
            return try interpolate(
                self["x"], size: #require(attributes.size), alignCorners: #require(attributes.alignsCorners as Bool?))
        case .layerNormalization:
            let (x, shape) = (try self["x"], try #require(attributes.normalizedShape))
            return try layerNormalization(
                x, axis: x.shape.rank - shape.count, scale: self["weight"], shift: self["bias"],
                epsilon: #require(attributes.epsilon))
        case .linear: return try linear(self["x"], weight: self["weight"], bias: optional("bias"))
        case .matrixMultiply: return try matrixMultiply(self["a"], self["b"])
        case .maxPooling3D: return try maxPooling3D(self["x"], geometry: PoolingGeometry(attributes))
        case .multiply: return try multiply(self["a"], self["b"])
        case .relu: return try relu(self["x"])
        case .relu6: return try relu6(self["x"])
        case .sigmoid: return try sigmoid(self["x"])
        case .silu: return try silu(self["x"])
        case .softmax:
            let (x, axis) = (try self["x"], try #require(attributes.axis))
            return try softmax(x, axis: axis < 0 ? axis + x.shape.rank : axis)
        case .tanh: return try tanh(self["x"])
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
