import Foundation

/// The learning rate as a function of the step.
package struct LearningRate: Hashable, Sendable, Codable {
    package enum Course: Hashable, Sendable, Codable {
        case constant
        /// Half a cosine from the peak to zero at the last step (Loshchilov and Hutter, 2017).
        case cosine
        /// Multiplied by `factor` every so many steps.
        case steps(every: Int, factor: Double)
    }

    package var peak: Double
    /// Steps during which the rate rises from zero to the peak in a line.
    package var warmUp: Int
    package var course: Course

    package init(peak: Double, warmUp: Int, course: Course) {
        self.peak = peak
        self.warmUp = warmUp
        self.course = course
    }

    /// - Parameters:
    ///   - step: 0 ..< total.
    ///   - total: the steps of the whole training.
    package func rate(step: Int, of total: Int) -> Double {
        let rise = warmUp > 0 ? min(1, Double(step + 1) / Double(warmUp)) : 1
        switch course {
        case .constant: return peak * rise
        case .cosine: return peak * rise * (1 + cos(Double.pi * Double(step) / Double(max(total, 1)))) / 2
        case .steps(let every, let factor):
            return (0..<step / max(every, 1)).reduce(peak * rise) { rate, _ in rate * factor }
        }
    }
}
