import Tensors

/// How a 3-D convolution moves over its input. Forward and backward take the same one.
package struct ConvolutionGeometry: Hashable, Sendable {
    /// Steps between windows, zero padding on both sides, steps between the taps of one window.
    package var stride, padding, dilation: Extent3
    /// Channels are cut into so many groups, each convolved by itself.
    package var groups: Int

    package init(stride: Extent3, padding: Extent3, dilation: Extent3, groups: Int) {
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
    }
}

/// How a 3-D pooling window moves over its input.
package struct PoolingGeometry: Hashable, Sendable {
    package var window, stride, padding: Extent3
    /// Whether a last window that reaches over the end counts (`ceil_mode`). It is dropped when it would begin in the padding behind the end.
    package var keepsPartialWindows: Bool

    package init(window: Extent3, stride: Extent3, padding: Extent3, keepsPartialWindows: Bool) {
        self.window = window
        self.stride = stride
        self.padding = padding
        self.keepsPartialWindows = keepsPartialWindows
    }
}

/// How many windows fit along one axis. Numbers may come from a model file: they are checked before they are multiplied.
struct WindowCount {
    let window, stride, padding, dilation: Int
    let keepsPartialWindows: Bool

    /// Larger numbers are refused, so that products of two fit an `Int`.
    private static let limit = 1 << 30

    /// - Returns: the number of windows over `extent` elements, or the rule that is broken.
    func count(over extent: Int) -> Result<Int, Reason> {
        let numbers = [window, stride, padding, dilation, extent]
        guard numbers.allSatisfy({ $0 <= Self.limit }) else { return .failure("an extent exceeds \(Self.limit)") }
        guard window > 0, stride > 0, dilation > 0, padding >= 0 else {
            return .failure("window, stride and dilation are positive and padding is not negative")
        }
        let span = dilation * (window - 1) + 1
        let room = extent + 2 * padding - span
        guard room >= 0 else {
            return .failure("a window that spans \(span) does not fit \(extent) elements with padding \(padding)")
        }
        guard keepsPartialWindows else { return .success(room / stride + 1) }
        let count = (room + stride - 1) / stride + 1
        return .success((count - 1) * stride >= extent + padding ? count - 1 : count)
    }

    /// Why windows cannot be counted, in words for a ``ShapeError``.
    struct Reason: Error, ExpressibleByStringInterpolation {
        let text: String
        init(stringLiteral value: String) { text = value }
    }
}

extension Operation {
    /// The number of windows along depth, height and width, or this operation's error.
    func windows(_ axes: [WindowCount], over extents: [Int], shapes: [Shape]) throws -> [Int] {
        try zip(axes, extents).map { axis, extent in
            switch axis.count(over: extent) {
            case .success(let count): return count
            case .failure(let reason): throw refuses(shapes, reason.text)
            }
        }
    }
}
