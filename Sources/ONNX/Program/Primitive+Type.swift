import Autodiff
import Tensors

/// Why a primitive does not take its operands; the node that wanted it is added where it is caught.
struct PrimitiveError: Error {
    let reason: String
}

extension Primitive {
    /// Kind and shape of the result.
    /// - Throws: ``ShapeError``, ``PrimitiveError``.
    func resultType(of operands: [ValueType]) throws -> ValueType {
        let shapes = operands.map(\.shape)
        func real(_ shape: Shape) throws -> ValueType {
            guard operands.allSatisfy({ $0.kind == .real }) else {
                throw PrimitiveError(reason: "it takes numbers with a fraction, not integers")
            }
            return ValueType(kind: .real, shape: shape)
        }
        /// Alike in kind.
        func alike(_ shape: Shape) throws -> ValueType {
            guard let kind = operands.first?.kind, operands.allSatisfy({ $0.kind == kind }) else {
                throw PrimitiveError(reason: "its operands are of different types")
            }
            return ValueType(kind: kind, shape: shape)
        }
        /// Alike in kind, and no truth values.
        func numbers(_ shape: Shape) throws -> ValueType {
            let type = try alike(shape)
            guard type.kind != .boolean else { throw PrimitiveError(reason: "it takes numbers, not truth values") }
            return type
        }
        /// - Parameter count: of operands, from the first.
        func expect(_ kind: ElementType.Kind, of count: Int, _ reason: String) throws {
            guard operands.prefix(count).allSatisfy({ $0.kind == kind }) else { throw PrimitiveError(reason: reason) }
        }
        func boolean(_ shape: Shape) -> ValueType { ValueType(kind: .boolean, shape: shape) }
        func integer(_ shape: Shape) -> ValueType { ValueType(kind: .integer, shape: shape) }

        switch self {
        case .unary:
            return try real(shapes[0])
        case .convolution(let geometry):
            return try real(
                convolution3DShape(
                    shapes[0], weight: shapes[1], bias: shapes.count > 2 ? shapes[2] : nil, geometry: geometry))
        case .transposedConvolution(let geometry, let extra):
            return try real(
                transposedConvolution3DShape(
                    shapes[0], weight: shapes[1], bias: shapes.count > 2 ? shapes[2] : nil, geometry: geometry,
                    extra: extra))
        case .maximumPool(let geometry): return try real(maxPooling3DShape(shapes[0], geometry: geometry))
        case .averagePool(let geometry, _): return try real(averagePooling3DShape(shapes[0], geometry: geometry))
        case .batchNormalization:
            return try real(batchNormalizationShape(shapes[0], parameters: Array(shapes.dropFirst())))
        case .layerNormalization(let axis, _):
            return try real(layerNormalizationShape(shapes[0], axis: axis, parameters: Array(shapes.dropFirst())))
        case .softmax(let axis): return try real(softmaxShape(shapes[0], axis: axis))
        case .logSoftmax(let axis): return try real(logSoftmaxShape(shapes[0], axis: axis))
        case .matrixMultiply: return try real(matrixMultiplyShape(shapes[0], shapes[1]))
        case .attention(_, let matrices):
            let biases = zip(shapes.dropFirst(3), matrices).map { (values: $0, matrices: $1) }
            return try real(
                attentionShape(queries: shapes[0], keys: shapes[1], values: shapes[2], biases: biases))
        case .frozenTrunk(let graph): return try real(frozenTrunkShape(shapes[0], trunk: graph.trunk))
        case .cumulativeSum(let axis, _, _): return try numbers(cumulativeSumShape(shapes[0], axis: axis))
        case .resample(let axis, let taps): return try real(resampleShape(shapes[0], axis: axis, taps: taps))
        case .gridSample: return try real(gridSample2DShape(shapes[0], grid: shapes[1]))
        case .binary: return try numbers(addShape(shapes[0], shapes[1]))
        case .reduce(.maximum, let axes), .reduce(.minimum, let axes):
            return try alike(extremeShape(shapes[0], along: axes))
        case .reduce(.sum, let axes), .reduce(.product, let axes): return try numbers(sumShape(shapes[0], axes: axes))
        case .reshape(let shape): return try alike(reshapeShape(shapes[0], to: shape))
        case .transpose(let permutation): return try alike(transposeShape(shapes[0], permutation: permutation))
        case .slice(let slices): return try alike(sliceShape(shapes[0], slices))
        case .concatenate(let axis): return try alike(concatenateShape(shapes, axis: axis))
        case .expand(let shape): return try alike(expandShape(shapes[0], to: shape))
        case .take(let axis, let indices): return try alike(takeShape(shapes[0], axis: axis, indices: indices))
        case .pad(let before, let after, _): return try alike(padShape(shapes[0], before: before, after: after))
        case .select:
            guard operands[0].kind == .boolean, operands[1].kind == operands[2].kind else {
                throw PrimitiveError(reason: "it takes a truth value and two operands of one type")
            }
            return ValueType(kind: operands[1].kind, shape: try selectShape(shapes[0], shapes[1], shapes[2]))
        case .pick:
            return ValueType(kind: operands[0].kind, shape: shapes[1])
        case .scatter(let rule):
            guard operands[0].kind == operands[1].kind, operands[0].kind != .boolean || rule == .replace,
                shapes[2].count == shapes[1].count
            else {
                throw PrimitiveError(reason: "updates and indices do not belong together")
            }
            return operands[0]
        case .compare: return boolean(try alike(addShape(shapes[0], shapes[1])).shape)
        case .logic:
            guard operands.allSatisfy({ $0.kind == .boolean }) else {
                throw PrimitiveError(reason: "it takes truth values")
            }
            return boolean(try addShape(shapes[0], shapes[1]))
        case .not:
            try expect(.boolean, of: 1, "it takes truth values")
            return boolean(shapes[0])
        case .isNotANumber, .isInfinite: return boolean(try real(shapes[0]).shape)
        case .cast(let kind): return ValueType(kind: kind, shape: shapes[0])
        case .argument(_, let axis, _): return integer(try extremeShape(shapes[0], along: [axis]))
        case .top(_, let axis, let count):
            guard (0..<shapes[0].rank).contains(axis), (0...shapes[0][axis]).contains(count) else {
                throw PrimitiveError(reason: "axis \(axis) of \(shapes[0]) has no \(count) elements")
            }
            var extents = shapes[0].extents
            extents[axis] = count
            return integer(Shape(extents))
        case .elementPlaces(let shape, let axis):
            try expect(.integer, of: 1, "its indices are no integers")
            guard shapes[0].rank == shape.rank,
                shape.extents.indices.allSatisfy({ $0 == axis || shapes[0][$0] <= shape[$0] })
            else { throw PrimitiveError(reason: "indices of shape \(shapes[0]) do not fit data of shape \(shape)") }
            return integer(shapes[0])
        case .linePlaces(let shape, let axis):
            try expect(.integer, of: 1, "its indices are no integers")
            return integer(
                try Shape(validating: shape.extents[..<axis] + shapes[0].extents + shape.extents[(axis + 1)...]))
        case .tuplePlaces(let shape, let batchAxes):
            try expect(.integer, of: 1, "its indices are no integers")
            guard let length = shapes[0].extents.last, shapes[0].rank > batchAxes, length > 0,
                batchAxes + length <= shape.rank,
                shapes[0].extents[..<batchAxes] == shape.extents[..<batchAxes]
            else { throw PrimitiveError(reason: "indices of shape \(shapes[0]) do not fit data of shape \(shape)") }
            return integer(
                try Shape(validating: shapes[0].extents.dropLast() + shape.extents[(batchAxes + length)...]))
        }
    }
}
