/// Why a training cannot go on.
package enum TrainingError: Error, Hashable, Sendable {
    case invalidConfiguration(String)
    /// A loss or a gradient is not a number.
    case diverged(step: Int, what: String)
    /// A checkpoint to resume from that is none of ours, or damaged.
    case notResumable(path: String, reason: String)
    /// What was asked for and what the checkpoint was made with, field by field.
    case configurationDiffers(path: String, differences: [Difference])
    case unwritable(path: String, reason: String)
    /// A directory that was asked for holds what no training wrote.
    case foreignFiles(path: String, names: [String])

    package struct Difference: Hashable, Sendable {
        package let field, stored, wanted: String

        package init(field: String, stored: String, wanted: String) {
            self.field = field
            self.stored = stored
            self.wanted = wanted
        }
    }
}

extension TrainingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidConfiguration(let reason): "this training cannot be run: \(reason)"
        case .diverged(let step, let what):
            "the training diverged at step \(step): \(what) is not a number. The last checkpoint stands as it was; a lower learning rate may help"
        case .notResumable(let path, let reason): "\(path) cannot be resumed: \(reason)"
        case .configurationDiffers(let path, let differences):
            "\(path) was trained with other parameters: "
                + differences.map { "\($0.field) is \($0.stored), not \($0.wanted)" }.joined(separator: "; ")
                + ". Leave them out to go on, or choose another directory"
        case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)"
        case .foreignFiles(let path, let names):
            "the directory \(path) holds other files (\(names.prefix(4).joined(separator: ", "))\(names.count > 4 ? ", …" : "")): choose an empty one"
        }
    }

    /// A stable name for programs.
    package var code: String {
        switch self {
        case .invalidConfiguration: "training.invalid-configuration"
        case .diverged: "training.diverged"
        case .notResumable: "training.not-resumable"
        case .configurationDiffers: "training.configuration-differs"
        case .unwritable: "output.unwritable"
        case .foreignFiles: "output.not-empty"
        }
    }
}
