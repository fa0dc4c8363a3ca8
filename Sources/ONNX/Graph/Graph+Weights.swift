package import Tensors

/// A trained array of a graph, and what it is for, which decides how one that knows nothing is drawn.
package struct GraphWeight: Hashable, Sendable {
    package enum Role: Hashable, Sendable {
        /// Of a convolution, a matrix product or a recurrent layer; each result is a sum of so many products.
        case convolution(terms: Int)
        case matrix(terms: Int)
        case recurrent(terms: Int)
        case bias
        /// Of a normalisation.
        case scale, shift, mean, variance
        /// Anything else that takes more than two values: embeddings, tables of positions, factors of layers.
        case other
    }

    /// Of the value in the graph.
    package let name: String
    package let shape: Shape
    /// As it is stored.
    package let element: ElementType
    package let role: Role
    /// The node that takes it first, by its place in the graph.
    package let node: Int

    /// Whether it multiplies what comes from the clip.
    package var isProduct: Bool {
        switch role {
        case .convolution, .matrix, .recurrent: true
        case .bias, .scale, .shift, .mean, .variance, .other: false
        }
    }
}

extension Graph {
    /// All trained arrays, in the order in which nodes take them. Integers, single numbers, masks (infinite values, or no more than two different
    /// ones) and what is inside a branch of an If are not among them.
    package var weights: [GraphWeight] {
        var found: [GraphWeight] = []
        var known: Set<String> = []
        // Names of values that are an initialiser, or one moved about.
        var origins: [String: Origin] = [:]
        for (name, array) in initializers where array.element.kind == .real {
            origins[name] = Origin(name: name, array: array, isTransposed: false)
        }
        for (place, node) in nodes.enumerated() {
            guard let standard = node.standardOperator, let output = node.outputs.first else { continue }
            if standard == .constant, case .array(let array)? = node.attributes["value"], array.element.kind == .real {
                origins[output] = Origin(name: output, array: array, isTransposed: false)
                continue
            }
            if [.identity, .cast, .reshape, .transpose, .squeeze, .unsqueeze, .flatten].contains(standard) {
                if var origin = node.inputs.first.flatMap({ origins[$0] }) {
                    if standard == .transpose { origin.isTransposed.toggle() }
                    origins[output] = origin
                    continue
                }
            }
            for (index, name) in node.inputs.enumerated() {
                guard let origin = origins[name], !known.contains(origin.name), origin.array.shape.count > 1,
                    let role = origin.role(as: index, of: node, standard)
                else { continue }
                known.insert(origin.name)
                found.append(
                    GraphWeight(
                        name: origin.name, shape: origin.array.shape, element: origin.array.element, role: role,
                        node: place))
            }
        }
        return found
    }

    /// The values of one of ``weights``.
    package func values(of weight: GraphWeight) -> Tensor? {
        if let array = initializers[weight.name] { return array.reals }
        for node in nodes where node.outputs.first == weight.name {
            if case .array(let array)? = node.attributes["value"] { return array.reals }
        }
        return nil
    }

    /// The same graph with other values for some of ``weights``, each of its shape.
    package func replacing(_ values: [String: Tensor]) -> Graph {
        var graph = self
        graph.nodes.removeAll { node in
            node.standardOperator == .constant && node.outputs.first.map { values[$0] != nil } ?? false
        }
        for (name, tensor) in values { graph.initializers[name] = StoredArray(tensor) }
        return graph
    }
}

/// Where a value comes from.
private struct Origin {
    let name: String
    let array: StoredArray
    /// Whether its last two axes have changed places on the way.
    var isTransposed: Bool

    /// What it is for a node that takes it as the operand `index`; nil for what is not trained.
    func role(as index: Int, of node: Node, _ standard: StandardOperator) -> GraphWeight.Role? {
        let extents = array.shape.extents
        func rows(_ flipped: Bool) -> Int { extents[max(0, extents.count - (flipped ? 1 : 2))] }
        func isSet(_ name: String) -> Bool {
            if case .integer(let value)? = node.attributes[name] { return value != 0 }
            return false
        }
        switch (standard, index) {
        case (.conv, 1): return .convolution(terms: extents.dropFirst().reduce(1, *))
        case (.convTranspose, 1):
            return .convolution(terms: extents.count > 1 ? extents[0] * extents[2...].reduce(1, *) : 1)
        case (.gemm, 0): return .matrix(terms: rows(isTransposed == isSet("transA")))
        case (.gemm, 1): return .matrix(terms: rows(isTransposed != isSet("transB")))
        case (.matMul, 0): return .matrix(terms: rows(!isTransposed))
        case (.matMul, 1): return .matrix(terms: rows(isTransposed))
        case (.einsum, _): return .matrix(terms: extents.max() ?? 1)
        case (.lstm, 1), (.lstm, 2), (.gru, 1), (.gru, 2): return .recurrent(terms: extents.last ?? 1)
        case (.conv, 2), (.convTranspose, 2), (.gemm, 2), (.lstm, 3), (.gru, 3): return .bias
        case (.batchNormalization, 1), (.instanceNormalization, 1), (.layerNormalization, 1), (.groupNormalization, 1):
            return .scale
        case (.batchNormalization, 2), (.instanceNormalization, 2), (.layerNormalization, 2), (.groupNormalization, 2):
            return .shift
        case (.batchNormalization, 3): return .mean
        case (.batchNormalization, 4): return .variance
        default:
            var different: Set<Float> = []
            for value in array.reals.values {
                guard value.isFinite else { return nil }
                if different.count < 3 { different.insert(value) }
            }
            return different.count > 2 ? .other : nil
        }
    }
}
