/// Why a picture cannot be drawn.
package enum RenderingError: Error, Hashable, Sendable {
    /// The values or the background are not of the picture's size.
    case sizeMismatch(expected: Int, found: Int)
    /// A side of the picture would be longer than pictures are.
    case tooLarge(width: Int, height: Int, limit: Int)
    /// The drawing library refuses; there is not enough memory, most likely.
    case failed(reason: String)
}

extension RenderingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .sizeMismatch(let expected, let found): "a picture of \(expected) pixels cannot be drawn from \(found)"
        case .tooLarge(let width, let height, let limit):
            "a picture of \(width)x\(height) pixels cannot be drawn: a side has at most \(limit); lower zoom or density, or ask for single frames"
        case .failed(let reason): "the picture cannot be drawn: \(reason)"
        }
    }
}
