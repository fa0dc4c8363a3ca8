import Autodiff
package import Tensors

extension Graph {
    /// The network for clips of one shape: everything that does not depend on a clip's values is worked out here, and every shape.
    /// - Parameter input: the shape that the input is to have.
    /// - Throws: ``GraphError``.
    package func program(for input: Shape, limits: GraphLimits) throws -> Program {
        let port = inputs[0]
        if let extents = port.extents {
            let fits = extents.count == input.rank && zip(extents, input.extents).allSatisfy { $0 == nil || $0 == $1 }
            guard fits else {
                let expected = extents.map { $0.map(String.init) ?? "any" }.joined(separator: ", ")
                throw GraphError.badInput(
                    reason: "\(port.name) takes the shape [\(expected)], the manifest's clip has \(input)")
            }
        }
        let builder = ProgramBuilder(limits: limits, weights: weightCount)
        var lowering = GraphLowering(builder: builder, opset: opset)
        try lowering.lower(self, input: Value(slot: 0, type: ValueType(kind: .real, shape: input)))
        guard let output = lowering.values[outputs[0].name] else {
            throw GraphError.badOutput(reason: "nothing gives \(outputs[0].name)")
        }
        guard output.isReal else {
            throw GraphError.badOutput(reason: "\(outputs[0].name) holds integers, of which there is no derivative")
        }
        guard let slot = output.slot, slot != 0 else {
            throw GraphError.badOutput(
                reason: "\(outputs[0].name) does not depend on what the model computes of its input")
        }
        guard output.shape.count > 0 else { throw GraphError.badOutput(reason: "\(outputs[0].name) is empty") }
        let program = builder.program(input: input, output: output, slot: slot)
        guard program.work <= limits.operations else {
            throw GraphError.tooMany(what: "operations in a forward pass", limit: limits.operations)
        }
        return program
    }
}

extension Graph {
    /// Values of all weights, those inside of nodes too.
    private var weightCount: Int {
        nodes.reduce(initializers.values.reduce(0) { $0 + $1.shape.count }) { count, node in
            guard case .array(let array)? = node.attributes["value"] else { return count }
            return count + array.shape.count
        }
    }
}

/// Lowers the nodes of a graph one after another.
struct GraphLowering {
    let builder: ProgramBuilder
    let opset: Int
    /// By name; branches see what is around them.
    private(set) var values: [String: Value] = [:]
    /// How often values will still be taken; those of branches are not counted, and go with the branch.
    private var uses: [String: Int] = [:]
    /// Of the constants among ``values``, as ``ValueType/size`` counts.
    private var held = 0

    init(builder: ProgramBuilder, opset: Int) {
        (self.builder, self.opset) = (builder, opset)
    }

    /// - Parameter input: the value of the graph's input.
    mutating func lower(_ graph: Graph, input: Value) throws {
        values[graph.inputs[0].name] = input
        for name in graph.nodes.flatMap(\.operands) + graph.outputs.map(\.name) { uses[name, default: 0] += 1 }
        try lower(graph)
    }

    private mutating func lower(_ graph: Graph) throws {
        for (name, array) in graph.initializers { keep(Value(Literal(array)), as: name) }
        for node in graph.nodes {
            let operands = try node.inputs.map { name -> Value? in
                guard !name.isEmpty else { return nil }
                guard let value = values[name] else { throw GraphError.undefinedValue(name: name, node: node.name) }
                return value
            }
            guard let standard = node.standardOperator else { throw GraphError.unsupportedOperators([node.name]) }
            let lowering = NodeLowering(node: node, opset: opset, operands: operands, builder: builder)
            let results = standard == .if ? try branch(lowering) : try lowering.lowered(standard)
            guard results.count >= node.outputs.lastIndex(where: { !$0.isEmpty }).map({ $0 + 1 }) ?? 0 else {
                throw lowering.refuse("it has \(node.outputs.count) results, of which \(results.count) are supported")
            }
            for (name, value) in zip(node.outputs, results) where !name.isEmpty { keep(value, as: name) }
            guard held + builder.held <= builder.heldLimit else {
                throw lowering.refuse("with it the model's constants take more than \(builder.heldLimit) values")
            }
            for name in node.operands {
                guard let count = uses[name] else { continue }
                uses[name] = count - 1
                if count == 1 { drop(name) }
            }
        }
    }

    private mutating func keep(_ value: Value, as name: String) {
        values[name] = value
        if value.literal != nil { held += value.type.size }
    }

    private mutating func drop(_ name: String) {
        guard let value = values.removeValue(forKey: name), value.literal != nil else { return }
        held -= value.type.size
    }

    /// If with a condition that is known at load: one of its branches takes its place.
    private mutating func branch(_ node: NodeLowering) throws -> [Value] {
        guard let condition = try node.constantInteger(0, "condition") else { throw node.refuse("it has no condition") }
        let name = condition != 0 ? "then_branch" : "else_branch"
        guard case .graph(let graph)? = node.node.attributes[name] else { throw node.refuse("it has no \(name)") }
        // A branch gives its values names of its own: none that is there already, which the standard demands, and none that stays.
        let given = Array(graph.initializers.keys) + graph.nodes.flatMap(\.outputs).filter { !$0.isEmpty }
        var known: Set<String> = []
        for name in given where !known.insert(name).inserted || values[name] != nil {
            throw GraphError.duplicateValue(name: name, node: node.node.name)
        }
        defer { for name in given { drop(name) } }
        try lower(graph)
        return try graph.outputs.map { output in
            guard let value = values[output.name] else {
                throw node.refuse("its \(name) does not give \(output.name)")
            }
            return value
        }
    }
}
