/// Why a file of weights is refused. Every case names the place and the reason.
package enum CheckpointError: Error, Hashable, Sendable {
    case unreadable(String)
    case tooLarge(bytes: Int, limit: Int)
    /// The file is none of the formats that are known, by its first bytes.
    case unknownFormat(start: [UInt8])
    /// The bytes break the format's rules.
    case malformed(format: CheckpointFormat, place: BytePlace, reason: String)
    case tooManyTensors(limit: Int)
    case unsupportedType(tensor: String, type: String)
    case badTensor(tensor: String, reason: String)
    case tooManyEntries(limit: Int)
    /// An entry of a zip archive.
    case badEntry(entry: String, reason: String)
    /// A pickle asks for something that is not on the list of what is read. The opcode is spelled as Python's documentation does.
    case forbiddenPickle(opcode: String, what: String, place: BytePlace)
    case pickleTooLarge(what: String, limit: Int, place: BytePlace)
    /// A file with other contents than named tensors.
    case noStateDictionary(found: String)
    /// `torch.save(model)`: Python objects that need their classes' code.
    case pickledModule
    case torchScript
    /// A network with its parameters, where parameters alone were expected.
    case onnx
}

extension CheckpointError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let reason): "the checkpoint cannot be read: \(reason)"
        case .tooLarge(let bytes, let limit): "the checkpoint has \(bytes) bytes, \(limit) are allowed"
        case .unknownFormat(let start):
            "the file \(Self.beginning(start)), and is none that is known here (\(Self.formats)): save the weights with \(Self.save) or safetensors.torch.save_file"
        case .malformed(let format, let place, let reason):
            "the \(format.name) is damaged or not valid: at \(shown(place.description)), \(shown(reason))"
        case .tooManyTensors(let limit): "the checkpoint has more than \(limit) tensors"
        case .unsupportedType(let tensor, let type):
            "the tensor \(shown(tensor)) has the element type \(shown(type)), which is not known"
        case .badTensor(let tensor, let reason): "the tensor \(shown(tensor)) is not valid: \(shown(reason))"
        case .tooManyEntries(let limit): "the archive has more than \(limit) entries"
        case .badEntry(let entry, let reason): "the archive's entry \(shown(entry)) is not valid: \(shown(reason))"
        case .forbiddenPickle(let opcode, let what, let place):
            "the file asks for \(shown(what)), which is forbidden (\(opcode) at \(shown(place.description))): only tensors and plain values are read. Save \(Self.save)"
        case .pickleTooLarge(let what, let limit, let place):
            "the file's pickle has more than \(limit) \(what), at \(shown(place.description))"
        case .noStateDictionary(let found):
            "the file holds \(shown(found)), not a dictionary of tensors: save \(Self.save)"
        case .pickledModule:
            "the file holds a pickled module, which would run code: save \(Self.save), or export to ONNX"
        case .torchScript:
            "the file is a TorchScript archive, which holds code: export to ONNX, or save \(Self.save)"
        case .onnx:
            "the file is an ONNX model, a network with its parameters: give the manifest the architecture onnx, or save \(Self.save)"
        }
    }

    private static func beginning(_ start: [UInt8]) -> String {
        let bytes = start.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
        return start.isEmpty ? "is empty" : "begins with the bytes \(bytes)"
    }

    private static let save = "torch.save(model.state_dict(), file)"
    private static var formats: String { CheckpointFormat.allCases.map(\.name).joined(separator: ", ") }
}
