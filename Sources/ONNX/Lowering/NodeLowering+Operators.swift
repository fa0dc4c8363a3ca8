import Autodiff
import Tensors

extension NodeLowering {
    /// What an operator does. The one list of them.
    func lowered(_ standard: StandardOperator) throws -> [Value] {
        switch standard {
        // Functions of one operand.
        case .abs: return [try absoluteValue()]
        case .ceil: return [try mapped(.ceiling, required(0))]
        case .celu:
            let alpha = try real("alpha", otherwise: 1)
            return [try mapped(.elu(alpha: alpha, width: alpha, scale: 1), required(0))]
        case .cos: return [try mapped(.cosine, required(0))]
        case .elu:
            return [try mapped(.elu(alpha: real("alpha", otherwise: 1), width: 1, scale: 1), required(0))]
        case .erf: return [try mapped(.errorFunction, required(0))]
        case .exp: return [try mapped(.exponential, required(0))]
        case .floor: return [try mapped(.floor, required(0))]
        case .gelu: return [try gelu()]
        case .hardSigmoid:
            return [
                try mapped(
                    .hardsigmoid(slope: real("alpha", otherwise: 0.2), offset: real("beta", otherwise: 0.5)),
                    required(0))
            ]
        case .hardSwish: return [try mapped(.hardswish, required(0))]
        case .identity: return [try required(0)]
        case .leakyRelu: return [try mapped(.leakyRelu(slope: real("alpha", otherwise: 0.01)), required(0))]
        case .log: return [try mapped(.logarithm, required(0))]
        case .mish:
            let x = try required(0)
            return [try emit(.binary(.multiply), x, mapped(.tanh, mapped(.softplus, x)))]
        case .neg: return [try negated(required(0))]
        case .reciprocal: return [try emit(.binary(.divide), .scalar(1), required(0))]
        case .relu: return [try mapped(.relu, required(0))]
        case .round: return [try mapped(.round, required(0))]
        case .selu:
            let (alpha, gamma) = (try real("alpha", otherwise: 1.673_263_2), try real("gamma", otherwise: 1.050_701))
            return [try mapped(.elu(alpha: alpha * gamma, width: 1, scale: gamma), required(0))]
        case .sigmoid: return [try mapped(.sigmoid, required(0))]
        case .sign: return [try mapped(.sign, required(0))]
        case .sin: return [try mapped(.sine, required(0))]
        case .softplus: return [try mapped(.softplus, required(0))]
        case .softsign:
            let x = try required(0)
            return [try emit(.binary(.divide), x, affine(mapped(.absolute, x), 1, 1))]
        case .sqrt: return [try mapped(.squareRoot, required(0))]
        case .tanh: return [try mapped(.tanh, required(0))]

        // Functions of several.
        case .add: return [try emit(.binary(.add), required(0), required(1))]
        case .and: return [try emit(.logic(.and), required(0), required(1))]
        case .clip: return [try clip()]
        case .div: return [try emit(.binary(.divide), required(0), required(1))]
        case .equal: return [try emit(.compare(.equal), required(0), required(1))]
        case .greater: return [try emit(.compare(.greater), required(0), required(1))]
        case .greaterOrEqual: return [try emit(.compare(.greaterOrEqual), required(0), required(1))]
        case .isInf:
            return [
                try emit(
                    .isInfinite(
                        positive: flag("detect_positive", otherwise: true),
                        negative: flag("detect_negative", otherwise: true)), required(0))
            ]
        case .isNaN: return [try emit(.isNotANumber, required(0))]
        case .less: return [try emit(.compare(.less), required(0), required(1))]
        case .lessOrEqual: return [try emit(.compare(.lessOrEqual), required(0), required(1))]
        case .max: return [try folded(.maximum)]
        case .mean: return [try affine(folded(.add), 1 / Float(operands.count), 0)]
        case .min: return [try folded(.minimum)]
        case .mod: return [try modulo()]
        case .mul: return [try emit(.binary(.multiply), required(0), required(1))]
        case .not: return [try emit(.not, required(0))]
        case .or: return [try emit(.logic(.or), required(0), required(1))]
        case .pRelu: return [try parametricRelu()]
        case .pow: return [try power()]
        case .sub: return [try emit(.binary(.subtract), required(0), required(1))]
        case .sum: return [try folded(.add)]
        case .where: return [try emit(.select, required(0), required(1), required(2))]
        case .xor: return [try emit(.logic(.xor), required(0), required(1))]

        // Windows.
        case .averagePool: return [try averagePool()]
        case .conv: return [try convolution()]
        case .convTranspose: return [try transposedConvolution()]
        case .globalAveragePool: return [try globalPool(.sum)]
        case .globalMaxPool: return [try globalPool(.maximum)]
        case .maxPool: return [try maximumPool()]

        // Normalisation.
        case .batchNormalization: return [try batchNormalization()]
        case .dropout: return try dropout()
        case .groupNormalization: return [try groupNormalization()]
        case .instanceNormalization: return [try instanceNormalization()]
        case .layerNormalization: return [try layerNormalization()]
        case .logSoftmax: return [try softmax(logarithmic: true)]
        case .softmax: return [try softmax(logarithmic: false)]

        // Products.
        case .einsum: return [try einsum()]
        case .gemm: return [try gemm()]
        case .matMul: return [try matrixProduct()]

        // Reductions.
        case .argMax: return [try argument(.maximum)]
        case .argMin: return [try argument(.minimum)]
        case .cumSum: return [try cumulativeSum()]
        case .reduceL1: return [try reduce(.sum, after: { try mapped(.absolute, $0) })]
        case .reduceL2:
            return [try mapped(.squareRoot, reduce(.sum, after: { try emit(.binary(.multiply), $0, $0) }))]
        case .reduceLogSum: return [try mapped(.logarithm, reduce(.sum))]
        case .reduceLogSumExp: return [try logarithmOfSum()]
        case .reduceMax: return [try reduce(.maximum)]
        case .reduceMean: return [try mean()]
        case .reduceMin: return [try reduce(.minimum)]
        case .reduceProd: return [try reduce(.product)]
        case .reduceSum: return [try reduce(.sum)]
        case .reduceSumSquare: return [try reduce(.sum, after: { try emit(.binary(.multiply), $0, $0) })]
        case .topK: return try top()

        // Shapes and places.
        case .concat: return [try concatenation()]
        case .depthToSpace: return [try depthToSpace()]
        case .expand: return [try expansion()]
        case .flatten: return [try flattened()]
        case .gather: return [try gather()]
        case .gatherElements: return [try gatherElements()]
        case .gatherND: return [try gatherTuples()]
        case .gridSample: return [try gridSample()]
        case .pad: return [try padding()]
        case .reshape: return [try reshaping()]
        case .resize: return [try resizing()]
        case .scatterElements: return [try scatterElements()]
        case .scatterND: return [try scatterTuples()]
        case .slice: return [try slicing()]
        case .spaceToDepth: return [try spaceToDepth()]
        case .split: return try splitting()
        case .squeeze: return [try squeezed()]
        case .tile: return [try tiled()]
        case .transpose: return [try transposition()]
        case .trilu: return [try triangle()]
        case .unsqueeze: return [try unsqueezed()]

        // Constants and types.
        case .cast: return [try cast(to: integer("to", otherwise: 0))]
        case .castLike: return [try emit(.cast(required(1).type.kind), required(0))]
        case .constant: return [try constant()]
        case .constantOfShape: return [try constantOfShape()]
        case .oneHot: return [try oneHot()]
        case .range: return [try range()]
        case .shape: return [try shapeOfOperand()]
        case .size: return [.integers([], [try required(0).shape.count])]

        // Sequences.
        case .gru: return try gru()
        case .lstm: return try lstm()

        case .if: throw refuse("a branch is lowered with the values around it")
        }
    }
}
