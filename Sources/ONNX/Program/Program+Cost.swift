package import Autodiff
import Tensors

extension Program {
    /// What a gradient by the clip takes, from shapes alone. Bytes are an upper bound: every result is counted as kept, twice over where an operation
    /// keeps something of its own beside its result.
    package var cost: CostEstimate {
        let floats = MemoryLayout<Float>.stride
        var (forward, backward, direct, kept, parameters) = (0, 0, 0, 0, 0)
        var largest = inputShape.count * floats
        var largestWork = 0
        for instruction in instructions {
            let operands = instruction.operands
            for case .real(let tensor)? in operands.map(\.literal) { parameters += tensor.count * floats }
            guard instruction.type.kind == .real else { continue }
            let bytes = instruction.type.shape.count * floats
            let flops = instruction.primitive.flops(operands.map(\.shape), result: instruction.type.shape)
            if case .frozenTrunk(let graph) = instruction.primitive,
                let cost = try? frozenTrunkCost(operands[0].shape, trunk: graph.trunk, parallelism: .single)
            {
                forward += cost.forward.flops
                backward += cost.backward.flops
                direct += cost.directFlops
                kept += cost.keptBytes
                parameters += cost.parameterBytes
                largestWork = max(largestWork, cost.forward.bytes, cost.backward.bytes)
                continue
            }
            forward += flops
            direct += flops
            // A product of two results is differentiated by both.
            let work = instruction.primitive.attentionWork(operands.map(\.shape))
            backward += work?.backwardFlops ?? flops * operands.count { $0.slot != nil && $0.isReal }
            largestWork = max(largestWork, work?.bytes ?? 0)
            kept += bytes * (instruction.primitive.keepsMoreThanItsResult ? 3 : 1)
            largest = max(largest, bytes, operands.reduce(0) { $0 + ($1.slot == nil ? 0 : $1.shape.count * floats) })
        }
        let result = outputShape.count * floats
        return CostEstimate(
            forward: .init(flops: forward, bytes: kept + 2 * largest + largestWork),
            // The gradients that wait, those of the operation under way, and its work memory.
            backward: .init(flops: backward, bytes: 2 * kept + 4 * largest + largestWork), keptBytes: kept,
            resultBytes: result,
            parameterBytes: parameters, directFlops: direct)
    }

    /// What a pass carries out, and how often each.
    package var operators: [String: Int] {
        plain.reduce(into: [:]) { $0[$1.primitive.name, default: 0] += 1 }
    }
}

extension Primitive {
    /// Multiplications and additions of the operations that products are counted for; others count nothing.
    func flops(_ operands: [Shape], result: Shape) -> Int {
        switch self {
        case .convolution:
            let weight = operands[1]
            return 2 * result.count * weight.extents.dropFirst().reduce(1, *)
        case .transposedConvolution:
            let weight = operands[1]
            return 2 * operands[0].count * weight.extents.dropFirst().reduce(1, *)
        case .matrixMultiply: return 2 * result.count * (operands[0].extents.last ?? 1)
        case .attention:
            let keys = operands[1].extents.suffix(2).first ?? 1
            return 2 * keys * (operands[0].count + result.count)
        case .unary, .maximumPool, .averagePool, .batchNormalization, .layerNormalization, .softmax, .logSoftmax,
            .frozenTrunk, .cumulativeSum, .resample, .gridSample, .binary, .reduce, .reshape, .transpose, .slice,
            .concatenate,
            .expand, .take, .pad, .select, .pick, .scatter, .compare, .logic, .not, .isNotANumber, .isInfinite, .cast,
            .argument, .top, .elementPlaces, .linePlaces, .tuplePlaces:
            return 0
        }
    }

    /// Nil for what is no attention.
    fileprivate func attentionWork(_ operands: [Shape]) -> (backwardFlops: Int, bytes: Int)? {
        guard case .attention = self else { return nil }
        return try? Autodiff.attentionWork(queries: operands[0], keys: operands[1], values: operands[2])
    }

    /// Patches, indices of 64 bits or statistics.
    fileprivate var keepsMoreThanItsResult: Bool {
        switch self {
        case .maximumPool, .reduce, .pick, .scatter, .layerNormalization, .binary, .gridSample, .take, .attention: true
        case .unary, .convolution, .transposedConvolution, .averagePool, .batchNormalization, .softmax, .logSoftmax,
            .matrixMultiply, .frozenTrunk, .cumulativeSum, .resample, .reshape, .transpose, .slice, .concatenate,
            .expand, .pad,
            .select, .compare, .logic, .not, .isNotANumber, .isInfinite, .cast, .argument, .top, .elementPlaces,
            .linePlaces, .tuplePlaces:
            false
        }
    }

    /// The name of the case, or of the function that it carries out.
    fileprivate var name: String {
        let text =
            switch self {
            case .unary(let function): String(describing: function)
            case .binary(let function): String(describing: function)
            case .reduce(let reduction, _): String(describing: reduction)
            case .compare(let comparison): String(describing: comparison)
            case .logic(let logic): String(describing: logic)
            default: String(describing: self)
            }
        return String(text.prefix { $0 != "(" })
    }
}
