package import Tensors

/// A value of the domain that cannot be made from this array.
package enum CineError: Error, Hashable, Sendable {
    case notAClip(Shape)
    case notAFlowField(Shape)
    case notAMap(kind: MapKind, Shape)
    case notLuma(frames: Int, height: Int, width: Int, bytes: Int)
}

extension CineError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notAClip(let shape): "a clip is [channels, frames, height, width], not \(shape)"
        case .notAFlowField(let shape): "a flow field is [2, frames - 1, height, width], not \(shape)"
        case .notAMap(let kind, let shape): "a map of kind \(kind.rawValue) does not have the shape \(shape)"
        case .notLuma(let frames, let height, let width, let bytes):
            "\(frames) luma frames of \(width)x\(height) pixels are not \(bytes) bytes"
        }
    }
}
