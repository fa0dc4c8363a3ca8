import Tensors

/// A network as its file describes it: nodes that turn named arrays into named arrays. Nothing is checked yet but the file's form.
package struct Graph: Sendable {
    /// The version of the standard operators.
    package let opset: Int
    /// The program that wrote the file, for reports.
    package let producer: String
    /// In the order of the file, those that a weight of the same name stands for left out.
    package let inputs: [Port]
    package let outputs: [Port]
    package internal(set) var initializers: [String: StoredArray]
    package internal(set) var nodes: [Node]
}

/// An input or output of a graph.
package struct Port: Hashable, Sendable {
    package let name: String
    /// Nil when the file does not say.
    package let element: ElementType?
    /// Nil when the file does not say; an extent is nil when it is a symbol.
    package let extents: [Int?]?
}

/// One operation.
package struct Node: Sendable {
    package let name: NodeName
    /// Empty for the standard operators.
    package let domain: String
    /// Empty names stand for operands that are left out.
    package let inputs: [String]
    /// Empty names stand for results that nobody wants.
    package let outputs: [String]
    package let attributes: [String: Attribute]
}

/// A parameter of a node.
package enum Attribute: Sendable {
    case real(Float)
    case integer(Int)
    case string(String)
    case reals([Float])
    case integers([Int])
    case strings([String])
    case array(StoredArray)
    /// A branch of an If.
    indirect case graph(Graph)
    /// Something that no supported operator takes.
    case other
}
