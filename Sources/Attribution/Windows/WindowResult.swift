import Foundation

/// What one window says, without its maps.
package struct WindowResult: Sendable {
    /// The frame of the clip that it begins with.
    package let start: Int
    /// The score at the window without noise.
    package let value: Double
    /// Noisy copies, the mean of the score over them and its standard error; nil for methods without noise.
    package let samples: Int?
    package let meanUnderNoise, standardError: Double?
    /// Nil in pixels.
    package let shares: Shares?

    init(_ result: AttributionResult, at start: Int) {
        self.start = start
        value = result.value
        samples = result.sampling?.samples
        meanUnderNoise = result.sampling?.mean
        standardError = result.sampling?.standardError
        shares = result.shares
    }
}

/// An explanation by windows: the maps of the clip, and what each window says.
package struct WindowedResult: Sendable {
    /// Of the clip: with one window that window's, bit for bit.
    package let result: AttributionResult
    package let windows: [WindowResult]
    /// Nil with one window, whose maps say it, and for methods whose maps are no derivatives.
    package let timeline: Timeline?
}

/// How scalars of windows are averaged.
package enum ScoreAverage: Hashable, Sendable {
    case arithmetic
    /// Of angles in radians: the direction of the mean of unit vectors, so that 179° and -179° have 180° between them.
    case circular

    /// - Precondition: at least one value.
    package func mean(_ values: [Double]) -> Double {
        precondition(!values.isEmpty, "a mean of something")
        switch self {
        case .arithmetic: return values.reduce(0, +) / Double(values.count)
        case .circular: return atan2(values.reduce(0) { $0 + sin($1) }, values.reduce(0) { $0 + cos($1) })
        }
    }

    /// The standard deviation over windows, of angles by the shorter way round; nil for one window.
    package func deviation(_ values: [Double]) -> Double? {
        guard values.count > 1 else { return nil }
        let mean = mean(values)
        let squares = values.reduce(0) { sum, value in
            let gap = self == .circular ? remainder(value - mean, 2 * .pi) : value - mean
            return sum + gap * gap
        }
        return (squares / Double(values.count - 1)).squareRoot()
    }
}
