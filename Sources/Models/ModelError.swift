package import Checkpoints
package import ONNX
package import Tensors

/// Why a manifest and a checkpoint do not make a network, or a target is none of its outputs.
package enum ModelError: Error, Hashable, Sendable {
    case invalidManifest(DocumentError)
    case missingParameter(String)
    /// Sorted names, at most eight of `count`.
    case unexpectedParameters([String], count: Int)
    case wrongShape(parameter: String, found: Shape, expected: Shape)
    case notFinite(parameter: String)
    /// The network does not take clips of the manifest's shape.
    case unusableInput(String)
    case wrongOutputs(found: Int, named: Int)
    /// The architecture is `onnx`, the checkpoint holds parameters alone.
    case notONNX(found: CheckpointFormat?)
    /// The checkpoint's graph cannot be run.
    case graph(GraphError)
    case unknownOutput(index: Int, count: Int)
    /// An index of several axes.
    case unknownElement(index: [Int], shape: Shape)
    case unknownLabel(String, known: [String])
    case unknownLayer(String, known: [String])
    case wrongClip(found: Shape, expected: Shape)
}

extension ModelError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidManifest(let error): "the manifest is not valid: \(error)"
        case .missingParameter(let name):
            "the checkpoint has no parameter \(name); if its names carry a prefix, declare it in the manifest as strip_prefix"
        case .unexpectedParameters(let names, let count):
            "the architecture has no use for \(count) parameter\(count == 1 ? "" : "s") of the checkpoint: "
                + names.joined(separator: ", ") + (count > names.count ? ", …" : "")
        case .wrongShape(let name, let found, let expected):
            "the parameter \(name) has the shape \(found), the architecture takes \(expected)"
        case .notFinite(let name): "the parameter \(name) holds values that are not finite numbers"
        case .unusableInput(let reason):
            "the network cannot take clips as the manifest's input describes them: \(reason)"
        case .wrongOutputs(let found, let named):
            "the network has \(found) outputs, the manifest names \(named)"
        case .notONNX(let found):
            "the architecture onnx takes an ONNX model\(found.map { ", the checkpoint is a \($0.name)" } ?? "")"
        case .graph(let error): error.description
        case .unknownElement(let index, let shape):
            "the network has no output \(index): its output has the shape \(shape), of which an index names every axis, or all behind the batch"
        case .unknownOutput(let index, let count):
            "the network has no output \(index): outputs count from 0 to \(count - 1)"
        case .unknownLabel(let label, let known):
            known.isEmpty
                ? "the model has no labels: give the output by its index"
                : "the model has no label \(label): it knows \(known.prefix(20).joined(separator: ", "))"
        case .unknownLayer(let name, let known):
            known.isEmpty
                ? "the model has no layers whose activations can be asked for"
                : "the model has no layer \(name): it has \(known.prefix(60).joined(separator: ", "))"
        case .wrongClip(let found, let expected): "the model takes clips of shape \(expected), not \(found)"
        }
    }

    /// A stable name for programs.
    package var code: String {
        switch self {
        case .invalidManifest: "model.invalid-manifest"
        case .missingParameter: "checkpoint.missing-parameter"
        case .unexpectedParameters: "checkpoint.unexpected-parameter"
        case .wrongShape: "checkpoint.wrong-shape"
        case .notFinite: "checkpoint.not-finite"
        case .unusableInput: "model.unusable-input"
        case .wrongOutputs: "model.wrong-outputs"
        case .notONNX: "checkpoint.not-onnx"
        case .graph(let error): error.code
        case .unknownOutput, .unknownElement: "target.unknown-output"
        case .unknownLabel: "target.unknown-label"
        case .unknownLayer: "target.unknown-layer"
        case .wrongClip: "clip.wrong-shape"
        }
    }
}

extension GraphError {
    fileprivate var code: String {
        switch self {
        case .malformed, .noGraph: "checkpoint.malformed"
        case .badInitializer: "checkpoint.bad-tensor"
        case .externalData: "checkpoint.external-data"
        case .unsupportedOpset, .conflictingOpsets, .unsupportedOperators: "model.unsupported-operator"
        case .badInput: "model.unusable-input"
        case .badOutput, .duplicateValue, .undefinedValue, .cycle, .badNode: "model.invalid-graph"
        case .tooMany, .tooLarge: "model.graph-too-large"
        }
    }
}
