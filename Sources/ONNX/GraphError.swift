import Checkpoints
package import Tensors

/// Which node of a graph: its place in the file, its operator and, if it has one, its name.
package struct NodeName: Hashable, Sendable, CustomStringConvertible {
    /// From 0, in the order of the file; nodes of a branch of an If count by themselves.
    package let index: Int
    package let operation: String
    package let name: String

    package init(index: Int, operation: String, name: String) {
        self.index = index
        self.operation = operation
        self.name = name
    }

    package var description: String {
        name.isEmpty ? "node \(index) (\(shown(operation)))" : "node \(index) (\(shown(operation)) \"\(shown(name))\")"
    }
}

/// Why an ONNX file does not become a network. Every case names the place and the reason.
package enum GraphError: Error, Hashable, Sendable {
    /// The bytes break the rules of protocol buffers at this offset.
    case malformed(offset: Int, reason: String)
    /// More of something than a model has.
    case tooMany(what: String, limit: Int)
    case noGraph
    /// Nil when the file names no version of the standard operators.
    case unsupportedOpset(found: Int?, known: ClosedRange<Int>)
    /// Two different versions of the standard operators.
    case conflictingOpsets(Int, Int)
    case badInitializer(name: String, reason: String)
    /// Values lie in another file, which did not come with this one or is not that one.
    case externalData(name: String, reason: String)
    case badInput(reason: String)
    case badOutput(reason: String)
    /// Two values of one name.
    case duplicateValue(name: String, node: NodeName)
    case undefinedValue(name: String, node: NodeName)
    case cycle(node: NodeName)
    /// Sorted names of operators that are not supported, and the first node of each.
    case unsupportedOperators([NodeName])
    case badNode(NodeName, reason: String)
    /// A result of more values than is allowed.
    case tooLarge(NodeName, shape: Shape, limit: Int)
}

extension GraphError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let offset, let reason): "not a valid ONNX file: at byte \(offset), \(reason)"
        case .tooMany(let what, let limit): "the ONNX model has more than \(limit) \(what)"
        case .noGraph: "not a valid ONNX file: it holds no graph"
        case .unsupportedOpset(let found?, let known):
            "the ONNX model uses version \(found) of the standard operators; versions \(known.lowerBound) to \(known.upperBound) are supported: export with opset_version=18"
        case .unsupportedOpset(nil, let known):
            "the ONNX model does not say which version of the standard operators it uses; versions \(known.lowerBound) to \(known.upperBound) are supported"
        case .conflictingOpsets(let one, let other):
            "the ONNX model names versions \(one) and \(other) of the standard operators"
        case .badInitializer(let name, let reason):
            "the weight \(shown(name)) of the ONNX model is not valid: \(shown(reason))"
        case .externalData(let name, let reason):
            "the weight \(shown(name)) of the ONNX model is not in the file: \(shown(reason))"
        case .badInput(let reason): "the input of the ONNX model cannot be used: \(shown(reason))"
        case .badOutput(let reason): "the output of the ONNX model cannot be used: \(shown(reason))"
        case .duplicateValue(let name, let node): "\(node) gives \(shown(name)), which exists already"
        case .undefinedValue(let name, let node): "\(node) takes \(shown(name)), which nothing gives"
        case .cycle(let node): "\(node) takes a value that depends on its own result"
        case .unsupportedOperators(let nodes):
            "the ONNX model has operators that are not supported: "
                + nodes.prefix(8).map { "\(shown($0.operation)) at \($0)" }.joined(separator: ", ")
                + (nodes.count > 8 ? ", …" : "")
                + "; supported are " + StandardOperator.allCases.map(\.rawValue).joined(separator: ", ")
        case .badNode(let node, let reason): "\(node) of the ONNX model cannot be used: \(shown(reason))"
        case .tooLarge(let node, let shape, let limit):
            "\(node) of the ONNX model would give the shape \(shape): more than \(limit) values"
        }
    }
}
