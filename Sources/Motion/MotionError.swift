package import Cine

/// What can be wrong with the frames, the parameters or the flow that motion is computed from.
package enum MotionError: Error, Hashable, Sendable {
    /// The estimator does not take frames of these extents; `requirement` says which it takes.
    case unsuitableFrame(estimator: FlowEstimatorKind, width: Int, height: Int, requirement: String)
    /// The two frames of a pair differ in extents.
    case framesDiffer(fromWidth: Int, fromHeight: Int, toWidth: Int, toHeight: Int)
    /// A parameter of an estimator is outside its range.
    case parameterOutOfRange(estimator: FlowEstimatorKind, parameter: String, value: Double, range: String)
    /// The library that estimates flow refused a pair for a reason of its own.
    case estimationFailed(estimator: FlowEstimatorKind, reason: String)
    /// Flow in the other direction is needed.
    case wrongDirection(FlowField.Direction, needed: FlowField.Direction)
}

extension MotionError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unsuitableFrame(let estimator, let width, let height, let requirement):
            "frames of \(width)x\(height) pixels do not suit the flow estimator \(estimator.rawValue): \(requirement)"
        case .framesDiffer(let fromWidth, let fromHeight, let toWidth, let toHeight):
            """
            flow is estimated between frames of one size, not \(fromWidth)x\(fromHeight) and \(toWidth)x\(toHeight) pixels
            """
        case .parameterOutOfRange(let estimator, let parameter, let value, let range):
            "the flow estimator \(estimator.rawValue) takes \(parameter) \(range), not \(value)"
        case .estimationFailed(let estimator, let reason):
            "the flow estimator \(estimator.rawValue) failed: \(reason)"
        case .wrongDirection(let direction, let needed):
            "\(needed.rawValue) flow is needed here, not \(direction.rawValue) flow"
        }
    }
}
