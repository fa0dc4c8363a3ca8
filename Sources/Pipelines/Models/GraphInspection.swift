import ONNX

/// What an ONNX file says of its network, without what its first output does not need.
package struct GraphInspection: Encodable, Hashable, Sendable {
    package struct Input: Encodable, Hashable, Sendable {
        package let name: String
        /// Nil when the file does not say; an extent is nil when any will do.
        package let shape: [Int?]?
    }

    /// The version of the standard operators.
    package let opset: Int
    /// The program that wrote the file; empty when it does not say.
    package let producer: String
    package let nodes: Int
    /// By the names of the standard, and how many nodes there are of each.
    package let operators: [String: Int]
    package let input: Input
    /// The name of the first output, which is the one that is explained.
    package let output: String

    /// - Parameter graph: with an input and an output.
    init(_ graph: Graph) {
        opset = graph.opset
        producer = graph.producer
        nodes = graph.nodes.count
        operators = graph.nodes.reduce(into: [:]) { $0[$1.name.operation, default: 0] += 1 }
        input = Input(name: graph.inputs[0].name, shape: graph.inputs[0].extents)
        output = graph.outputs[0].name
    }
}
