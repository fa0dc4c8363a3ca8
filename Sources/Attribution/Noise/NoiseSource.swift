/// The variables that noise is added to.
package enum NoiseComponent: UInt32, Hashable, Sendable, CaseIterable {
    case firstFrame = 0
    case flow = 1
    case error = 2
    case pixels = 3
}

/// Standard normal numbers that depend on the sample and the component alone: whatever the order or number of threads, the same numbers.
package protocol NoiseSource: Sendable {
    /// Writes the numbers of one sample and component with the places `range` of its array, in row-major order.
    /// - Parameter destination: `range.count` values.
    func fill(
        _ destination: UnsafeMutableBufferPointer<Float>, component: NoiseComponent, sample: Int, range: Range<Int>)
}

/// One number for each component: noise levels as parts of the component's range, or standard deviations in its unit.
package struct NoiseLevels: Hashable, Sendable, Codable {
    package var pixels, firstFrame, flow, error: Double

    package init(pixels: Double, firstFrame: Double, flow: Double, error: Double) {
        self.pixels = pixels
        self.firstFrame = firstFrame
        self.flow = flow
        self.error = error
    }

    /// 0.1 in pixels as the authors of SmoothGrad have it; 0.02 in the decomposition, where noise on flow and residual adds up from frame to
    /// frame and 0.1 would leave nothing of the clip.
    package static let standard = NoiseLevels(pixels: 0.1, firstFrame: 0.02, flow: 0.02, error: 0.02)
    package static let none = NoiseLevels(pixels: 0, firstFrame: 0, flow: 0, error: 0)

    package subscript(component: NoiseComponent) -> Double {
        get {
            switch component {
            case .pixels: pixels
            case .firstFrame: firstFrame
            case .flow: flow
            case .error: error
            }
        }
        set {
            switch component {
            case .pixels: pixels = newValue
            case .firstFrame: firstFrame = newValue
            case .flow: flow = newValue
            case .error: error = newValue
            }
        }
    }
}
