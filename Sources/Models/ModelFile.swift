package import Checkpoints
package import Foundation
package import ONNX
package import Tensors

/// What a checkpoint's file holds, told by its content.
package enum ModelFile: Sendable {
    /// Named parameters, for an architecture that is known by name.
    case parameters(Checkpoint)
    /// A network with its parameters.
    case graph(Graph)

    /// - Parameter external: the file of weights that PyTorch's newer exporter writes beside an ONNX model, whatever its name.
    /// - Throws: `CheckpointError`, ``ModelError/graph(_:)``.
    package static func open(_ url: URL, external: URL?, limits: CheckpointLimits) throws -> ModelFile {
        let data = try Checkpoint.contents(of: url, limits: limits)
        guard try CheckpointFormat(of: data) == .onnx else {
            return .parameters(try Checkpoint.read(data, limits: limits))
        }
        let weights = try external.map { try Checkpoint.contents(of: $0, limits: limits) }
        do {
            return .graph(try Graph(file: data, external: weights, limits: GraphLimits()).validated())
        } catch let error as GraphError {
            throw ModelError.graph(error)
        }
    }
}

/// A trained array of a file, as it is stored.
package struct StoredParameter: Hashable, Sendable {
    package let name: String
    package let shape: Shape
    /// As safetensors calls it, such as F32.
    package let type: String
}

extension ModelFile {
    package var format: CheckpointFormat {
        switch self {
        case .parameters(let checkpoint): checkpoint.format
        case .graph: .onnx
        }
    }

    /// In the order of the file; of a graph, its weights in the order in which nodes take them.
    package var parameters: [StoredParameter] {
        switch self {
        case .parameters(let checkpoint):
            checkpoint.names.compactMap { name in
                checkpoint[name: name].map {
                    StoredParameter(name: name, shape: $0.shape, type: $0.element.rawValue)
                }
            }
        case .graph(let graph):
            graph.weights.map {
                StoredParameter(name: $0.name, shape: $0.shape, type: $0.element.storedName)
            }
        }
    }
}

extension ElementType {
    fileprivate var storedName: String {
        switch self {
        case .float32: "F32"
        case .float64: "F64"
        case .float16: "F16"
        case .bfloat16: "BF16"
        case .bool: "BOOL"
        case .uint8: "U8"
        case .int8: "I8"
        case .uint16: "U16"
        case .int16: "I16"
        case .uint32: "U32"
        case .int32: "I32"
        case .uint64: "U64"
        case .int64: "I64"
        }
    }
}
