/// Why a study cannot be made.
package enum StudyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The model does not take Moving Shapes clips, or does not answer the task.
    case wrongContract(model: String, reason: String)

    package var description: String {
        switch self {
        case .wrongContract(let model, let reason): "the model \(model) cannot be held against Moving Shapes: \(reason)"
        }
    }
}
