extension Graph {
    /// The graph in an order in which every operand comes before it is used, without what its first output does not depend on.
    ///
    /// ONNX demands that files are in such an order; this accepts any, and refuses cycles.
    /// - Returns: a graph of supported operators with one input and one output.
    /// - Throws: ``GraphError``.
    package func validated() throws -> Graph {
        try checkPorts()
        var givers: [String: Int] = [:]
        var known = Set(initializers.keys)
        for input in inputs {
            guard known.insert(input.name).inserted else {
                throw GraphError.badInput(reason: "there are two inputs \(input.name)")
            }
        }
        for (index, node) in nodes.enumerated() {
            for output in node.outputs where !output.isEmpty {
                guard !known.contains(output), givers.updateValue(index, forKey: output) == nil else {
                    throw GraphError.duplicateValue(name: output, node: node.name)
                }
            }
        }
        for node in nodes {
            for name in node.operands where givers[name] == nil && !known.contains(name) {
                throw GraphError.undefinedValue(name: name, node: node.name)
            }
        }
        let output = outputs[0]
        guard let last = givers[output.name] else {
            throw GraphError.badOutput(reason: "no node gives \(output.name)")
        }
        try checkCycles(givers: givers)
        let order = try order(upTo: [last], givers: givers)
        try Self.checkOperators(order.map { nodes[$0] })
        var graph = Graph(
            opset: opset, producer: producer, inputs: inputs, outputs: [output], initializers: initializers,
            nodes: order.map { nodes[$0] })
        let used = Set(graph.nodes.flatMap(\.operands))
        graph.initializers = initializers.filter { used.contains($0.key) }
        return graph
    }

    private func checkPorts() throws {
        guard let input = inputs.first else {
            throw GraphError.badInput(reason: "there is none: everything in the model is constant")
        }
        if inputs.count > 1 {
            throw GraphError.badInput(
                reason:
                    "there is a second one, \(inputs[1].name), beside \(input.name): export the model so that it takes the clip alone"
            )
        }
        if let element = input.element, element.kind != .real {
            throw GraphError.badInput(
                reason:
                    "\(input.name) takes \(element), to which there is no gradient: export a model that takes float32")
        }
        guard !outputs.isEmpty else { throw GraphError.badOutput(reason: "there is none") }
    }

    /// The whole graph, not only what the output needs.
    private func checkCycles(givers: [String: Int]) throws {
        for index in nodes.indices where !nodes[index].isInOrder(at: index, givers: givers) {
            // Rare: some file is out of order. Then every node is visited.
            _ = try order(upTo: Array(nodes.indices), givers: givers)
            return
        }
    }

    /// Some nodes and all that they need, operands first; depth first without recursion, since chains are as long as files.
    private func order(upTo roots: [Int], givers: [String: Int]) throws -> [Int] {
        enum State { case untouched, open, done }
        var states = [State](repeating: .untouched, count: nodes.count)
        var order: [Int] = []
        var stack: [(node: Int, operands: [Int])] = []
        func open(_ node: Int) {
            states[node] = .open
            stack.append((node, nodes[node].operands.compactMap { givers[$0] }.reversed()))
        }
        for root in roots where states[root] == .untouched {
            open(root)
            while let top = stack.last {
                guard let operand = top.operands.last else {
                    states[top.node] = .done
                    order.append(top.node)
                    stack.removeLast()
                    continue
                }
                stack[stack.count - 1].operands.removeLast()
                switch states[operand] {
                case .done: continue
                case .open: throw GraphError.cycle(node: nodes[operand].name)
                case .untouched: open(operand)
                }
            }
        }
        return order
    }

    private static func checkOperators(_ nodes: [Node]) throws {
        var unknown: [String: NodeName] = [:]
        for node in nodes where node.standardOperator == nil {
            let key = node.domain.isEmpty ? node.name.operation : "\(node.domain)::\(node.name.operation)"
            if unknown[key] == nil {
                unknown[key] = NodeName(index: node.name.index, operation: key, name: node.name.name)
            }
        }
        guard unknown.isEmpty else {
            throw GraphError.unsupportedOperators(unknown.values.sorted { $0.operation < $1.operation })
        }
    }
}

extension Node {
    /// Nil when the operator is not supported.
    package var standardOperator: StandardOperator? {
        domain.isEmpty ? StandardOperator(rawValue: name.operation) : nil
    }

    /// The values that the node needs: its inputs, and what branches of it take from around them.
    var operands: [String] {
        var names = inputs.filter { !$0.isEmpty }
        for attribute in attributes.values {
            guard case .graph(let graph) = attribute else { continue }
            var inner = Set(graph.initializers.keys).union(graph.inputs.map(\.name))
            for node in graph.nodes { inner.formUnion(node.outputs) }
            let needed = graph.nodes.flatMap(\.operands) + graph.outputs.map(\.name)
            names += needed.filter { !inner.contains($0) }
        }
        return names
    }

    fileprivate func isInOrder(at index: Int, givers: [String: Int]) -> Bool {
        operands.allSatisfy { name in givers[name].map { $0 < index } ?? true }
    }
}
