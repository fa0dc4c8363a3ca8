package import Checkpoints
import Jobs
import Evaluation
import Models
package import Motion
import Rendering
import Tensors
import Video

/// An error that is the fault of what was sent: a stable code for programs and a message that says what to do. Everything that is none of these is a
/// fault of the service.
package struct Failure: JobFailure, Hashable, Sendable {
    package let code: String
    package let message: String

    package init(code: String, message: String) {
        self.code = code
        self.message = message
    }

    /// Nil for errors of other kinds.
    package init?(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as ExplainError: self.init(code: error.code, message: error.description)
        case let error as VideoError: self.init(code: error.code, message: error.description)
        case let error as ModelError: self.init(code: error.code, message: error.description)
        case let error as DocumentError: self.init(code: error.requestCode, message: error.description)
        case let error as MotionError: self.init(code: error.code, message: error.description)
        case let error as CheckpointError: self.init(code: error.code, message: error.description)
        case let error as PictureError: self.init(code: error.code, message: error.description)
        case let error as BeatError: self.init(code: error.code, message: error.description)
        case let error as ResultObjectError: self.init(code: error.code, message: error.description)
        case RenderingError.tooLarge, EncodingError.tooLarge:
            self.init(code: "picture.too-large", message: "\(error)")
        case let error as StudyError: self.init(code: "model.wrong-contract", message: error.description)
        case let error as ShapeError:
            self.init(code: "model.unusable-input", message: "the network cannot take this clip: \(error.description)")
        default: return nil
        }
    }
}

extension DocumentError {
    /// Of a request that this document is.
    var requestCode: String { isMalformed ? "request.malformed" : "request.invalid" }
}

extension MotionError {
    package var code: String {
        switch self {
        case .unsuitableFrame: "motion.unsuitable-frame"
        case .framesDiffer: "motion.frames-differ"
        case .parameterOutOfRange: "motion.parameter-out-of-range"
        case .estimationFailed: "motion.estimation-failed"
        case .wrongDirection: "motion.wrong-direction"
        }
    }
}

extension CheckpointError {
    package var code: String {
        switch self {
        case .unreadable: "checkpoint.unreadable"
        case .tooLarge: "checkpoint.too-large"
        case .unknownFormat: "checkpoint.unknown-format"
        case .malformed: "checkpoint.malformed"
        case .tooManyTensors: "checkpoint.too-many-tensors"
        case .unsupportedType: "checkpoint.unsupported-type"
        case .badTensor: "checkpoint.bad-tensor"
        case .tooManyEntries: "checkpoint.too-many-entries"
        case .badEntry: "checkpoint.bad-entry"
        case .forbiddenPickle: "checkpoint.forbidden-pickle"
        case .pickleTooLarge: "checkpoint.pickle-too-large"
        case .noStateDictionary: "checkpoint.no-state-dictionary"
        case .pickledModule: "checkpoint.pickled-module"
        case .torchScript: "checkpoint.torchscript"
        case .onnx: "checkpoint.onnx"
        }
    }
}
