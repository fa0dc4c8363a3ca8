/// Why a file of weights is refused. Every case names the place and the reason.
package enum CheckpointError: Error, Hashable, Sendable {
    case unreadable(String)
    case tooLarge(bytes: Int, limit: Int)
    /// The file is none of the formats that are read.
    case unknownFormat
    /// The bytes break the format's rules at this offset.
    case malformed(format: CheckpointFormat, offset: Int, reason: String)
    case tooManyTensors(limit: Int)
    case unsupportedType(tensor: String, type: String)
    case badTensor(tensor: String, reason: String)
}

extension CheckpointError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let reason): "the checkpoint cannot be read: \(reason)"
        case .tooLarge(let bytes, let limit): "the checkpoint has \(bytes) bytes, \(limit) are allowed"
        case .unknownFormat:
            "the file is no checkpoint that is known here (safetensors): save the weights with safetensors.torch.save_file"
        case .malformed(let format, let offset, let reason):
            "not a valid \(format.rawValue) file: at byte \(offset), \(reason)"
        case .tooManyTensors(let limit): "the checkpoint has more than \(limit) tensors"
        case .unsupportedType(let tensor, let type):
            "the tensor \(tensor) has the element type \(type), which is not known"
        case .badTensor(let tensor, let reason): "the tensor \(tensor) is not valid: \(reason)"
        }
    }
}
