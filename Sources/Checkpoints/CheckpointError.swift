/// Why a file of weights is refused. Every case names the place and the reason.
package enum CheckpointError: Error, Hashable, Sendable {
    case unreadable(String)
    case tooLarge(bytes: Int, limit: Int)
    /// The file is none of the formats that are read.
    case unknownFormat
    /// The bytes break the format's rules at this offset: of the file, or of a zip archive's `data.pkl` once that is found.
    case malformed(format: CheckpointFormat, offset: Int, reason: String)
    case tooManyTensors(limit: Int)
    case unsupportedType(tensor: String, type: String)
    case badTensor(tensor: String, reason: String)
    case tooManyEntries(limit: Int)
    /// An entry of a zip archive.
    case badEntry(entry: String, reason: String)
    /// A pickle asks for something that is not on the list of what is read, at this offset.
    case forbiddenPickle(String, offset: Int)
    case pickleTooLarge(what: String, limit: Int, offset: Int)
    /// A file with other contents than named tensors.
    case noStateDictionary(found: String)
    /// `torch.save(model)`: Python objects that need their classes' code.
    case pickledModule
    case torchScript
    case onnx
}

extension CheckpointError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let reason): "the checkpoint cannot be read: \(reason)"
        case .tooLarge(let bytes, let limit): "the checkpoint has \(bytes) bytes, \(limit) are allowed"
        case .unknownFormat:
            "the file is no checkpoint that is known here (\(Self.formats)): save the weights with torch.save(model.state_dict(), file) or safetensors.torch.save_file"
        case .malformed(let format, let offset, let reason):
            "not a valid \(format.name) file: at byte \(offset), \(reason)"
        case .tooManyTensors(let limit): "the checkpoint has more than \(limit) tensors"
        case .unsupportedType(let tensor, let type):
            "the tensor \(tensor) has the element type \(type), which is not known"
        case .badTensor(let tensor, let reason): "the tensor \(tensor) is not valid: \(reason)"
        case .tooManyEntries(let limit): "the archive has more than \(limit) entries"
        case .badEntry(let entry, let reason): "the archive's entry \(entry) is not valid: \(reason)"
        case .forbiddenPickle(let what, let offset):
            "the file asks for \(what) at byte \(offset) of its pickle, which is not allowed: only tensors and plain values are read. Save torch.save(model.state_dict(), file)"
        case .pickleTooLarge(let what, let limit, let offset):
            "the file's pickle has more than \(limit) \(what), at byte \(offset)"
        case .noStateDictionary(let found):
            "the file holds \(found), not a dictionary of tensors: save torch.save(model.state_dict(), file)"
        case .pickledModule:
            "the file holds a pickled module, which would run code: save torch.save(model.state_dict(), file), or export to ONNX"
        case .torchScript:
            "the file is a TorchScript archive, which holds code: export to ONNX, or save torch.save(model.state_dict(), file)"
        case .onnx: "the file is an ONNX model, which is not read yet: save torch.save(model.state_dict(), file)"
        }
    }

    private static var formats: String { CheckpointFormat.allCases.map(\.name).joined(separator: ", ") }
}
