package import Tensors

/// No motion at all: the control. With it the residual is the difference from frame to frame.
package struct ZeroFlow: FlowEstimator {
    package init() {}

    package var facts: FlowFacts {
        FlowFacts(estimator: FlowEstimatorKind.zero.rawValue, parameters: [], library: "none")
    }

    package func flow(from: LumaFrame, to: LumaFrame) throws -> Tensor {
        guard from.width == to.width, from.height == to.height else {
            throw MotionError.framesDiffer(
                fromWidth: from.width, fromHeight: from.height, toWidth: to.width, toHeight: to.height)
        }
        return Tensor(shape: [2, from.height, from.width], repeating: 0)
    }
}
