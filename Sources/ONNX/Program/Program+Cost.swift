package import Autodiff
package import Tensors

extension Program {
    /// What a gradient by the clip takes, from shapes alone. Flops are exact. Bytes are those that a `WorkMeter` counts, and what is no tensor besides;
    /// memory that an operation's pieces of work take for themselves, some megabytes a thread, is counted of attention and trunks only.
    package func cost(parallelism: Parallelism) -> CostEstimate {
        let run = dryRun(leaf: 0, parallelism)
        return CostEstimate(
            forward: run.forward, backward: run.backward, keptBytes: run.keptBytes,
            resultBytes: outputShape.count * MemoryLayout<Float>.stride, parameterBytes: parameterBytes,
            directFlops: run.directFlops)
    }

    /// What a pass recorded from the layer takes, forwards and backwards to the layer.
    /// - Returns: nil for programs without one; see ``recordingFromLayer(_:)``.
    package func layerCost(parallelism: Parallelism) -> CostEstimate.Pass? {
        layerSlot.map {
            let run = dryRun(leaf: $0, parallelism)
            return CostEstimate.Pass(
                flops: run.forward.flops + run.backward.flops, bytes: max(run.forward.bytes, run.backward.bytes))
        }
    }

    private func dryRun(leaf: Int, _ parallelism: Parallelism) -> DryRun {
        let bytes = outputShape.count * MemoryLayout<Float>.stride
        return DryRun(instructions, leaf: leaf, output: (output, bytes), parallelism: parallelism)
    }

    /// Of all constants, each counted once; a trunk's beside those of the instructions that it stands for, which are kept.
    private var parameterBytes: Int {
        var (known, bytes): (Set<ObjectIdentifier>, Int) = ([], 0)
        for instruction in instructions {
            if case .frozenTrunk(let graph) = instruction.primitive { bytes += graph.trunk.parameterBytes }
        }
        for tensor in (instructions + plain).flatMap({ $0.operands.compactMap(\.tensor) })
        where known.insert(tensor.memory).inserted {
            bytes += tensor.count * MemoryLayout<Float>.stride
        }
        return bytes
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

    /// Of a pass, textbook summation beside what is done in its place.
    /// - Parameter wanted: whether each operand wants a gradient.
    func passFlops(
        _ operands: [Shape], wanted: [Bool], result: Shape, parallelism: Parallelism
    ) -> (forward: Int, backward: Int, direct: Int) {
        let isWanted = wanted.contains(true)
        if case .frozenTrunk(let graph) = self,
            let cost = try? frozenTrunkCost(operands[0], trunk: graph.trunk, parallelism: parallelism)
        {
            return (cost.forward.flops, isWanted ? cost.backward.flops : 0, cost.directFlops)
        }
        let flops = flops(operands, result: result)
        if let work = attentionWork(operands, wanted: wanted, parallelism: parallelism) {
            return (flops, isWanted ? work.backwardFlops : 0, flops)
        }
        return (flops, flops * wanted.count { $0 }, flops)
    }

    /// Nil for what is no attention.
    func attentionWork(_ operands: [Shape], wanted: [Bool], parallelism: Parallelism) -> AttentionWork? {
        guard case .attention = self else { return nil }
        return try? AttentionWork(
            queries: operands[0], keys: operands[1], values: operands[2], wanted: Array(wanted.prefix(3)),
            parallelism: parallelism)
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
