import COpticalFlow
package import Tensors

/// Farnebäck's two-frame motion estimation by polynomial expansion (doi:10.1007/3-540-45103-X_50), as OpenCV has it.
///
/// Takes frames of any size; below 64 pixels the pyramid gets fewer levels.
package struct Farneback: FlowEstimator {
    /// The names are OpenCV's, written out.
    package struct Parameters: Hashable, Sendable {
        /// The size of a pyramid level relative to the one below it, between 0 and 1.
        package let pyramidScale: Double
        package let levels: Int
        /// The side of the averaging window, in pixels.
        package let window: Int
        /// At each level.
        package let iterations: Int
        /// The side of the neighbourhood that a polynomial is fitted to, in pixels.
        package let polynomialSize: Int
        /// Standard deviation of the Gaussian that weighs this neighbourhood, in pixels.
        package let polynomialSigma: Double
        /// Averages with a Gaussian in place of a box.
        package let usesGaussianWindow: Bool

        /// Pyramid scale 0.5, 3 levels, window 15, 3 iterations, polynomials over 5 pixels with sigma 1.2, box window.
        package static let standard = Parameters()

        private init() {
            (pyramidScale, levels, window, iterations) = (0.5, 3, 15, 3)
            (polynomialSize, polynomialSigma, usesGaussianWindow) = (5, 1.2, false)
        }

        /// - Throws: ``MotionError/parameterOutOfRange(estimator:parameter:value:range:)``. The upper bounds are far beyond what makes sense
        ///   and keep the work for a pair bounded.
        package init(
            pyramidScale: Double, levels: Int, window: Int, iterations: Int, polynomialSize: Int,
            polynomialSigma: Double, usesGaussianWindow: Bool
        ) throws {
            func check(_ name: String, _ value: Double, _ isInside: Bool, _ range: String) throws {
                guard isInside else {
                    throw MotionError.parameterOutOfRange(
                        estimator: .farneback, parameter: name, value: value, range: range)
                }
            }
            func check(_ name: String, _ value: Int, in range: ClosedRange<Int>) throws {
                try check(
                    name, Double(value), range.contains(value), "from \(range.lowerBound) to \(range.upperBound)")
            }
            try check(
                "pyramid_scale", pyramidScale, pyramidScale >= 0.1 && pyramidScale <= 0.95, "from 0.1 to 0.95")
            try check("levels", levels, in: 1...32)
            try check("window", window, in: 2...255)
            try check("iterations", iterations, in: 1...100)
            try check("poly_n", polynomialSize, in: 3...15)
            try check("poly_sigma", polynomialSigma, polynomialSigma >= 0.1 && polynomialSigma <= 10, "from 0.1 to 10")
            self.pyramidScale = pyramidScale
            self.levels = levels
            self.window = window
            self.iterations = iterations
            self.polynomialSize = polynomialSize
            self.polynomialSigma = polynomialSigma
            self.usesGaussianWindow = usesGaussianWindow
        }
    }

    package let parameters: Parameters

    package init(parameters: Parameters) { self.parameters = parameters }

    package var facts: FlowFacts {
        FlowFacts(
            estimator: FlowEstimatorKind.farneback.rawValue,
            parameters: [
                .init(name: "pyramid_scale", value: .number(parameters.pyramidScale)),
                .init(name: "levels", value: .number(Double(parameters.levels))),
                .init(name: "window", value: .number(Double(parameters.window))),
                .init(name: "iterations", value: .number(Double(parameters.iterations))),
                .init(name: "poly_n", value: .number(Double(parameters.polynomialSize))),
                .init(name: "poly_sigma", value: .number(parameters.polynomialSigma)),
                .init(name: "flags", value: .number(Double(flags))),
            ],
            library: OpenCV.library)
    }

    package func flow(from: LumaFrame, to: LumaFrame) throws -> Tensor {
        let parameters = cof_farneback_parameters(
            pyramid_scale: parameters.pyramidScale, levels: Int32(parameters.levels), window: Int32(parameters.window),
            iterations: Int32(parameters.iterations), poly_n: Int32(parameters.polynomialSize),
            poly_sigma: parameters.polynomialSigma, flags: flags)
        return try OpenCV.flow(from: from, to: to, estimator: .farneback) { pair, planes, message in
            cof_farneback(pair, parameters, planes, message)
        }
    }

    private var flags: Int32 { parameters.usesGaussianWindow ? cof_farneback_gaussian_flag() : 0 }
}
