package import Tensors

/// A signed map of derivatives of one scalar of a model's output. See ``MapKind`` for shapes and units.
package struct AttributionMap: Sendable {
    package let kind: MapKind
    /// Always with a frame axis: `[C, T, H, W]` for pixels, `[C, 1, H, W]` for the first frame, `[2, T - 1, H, W]` for flow, `[C, T - 1, H, W]` for the residual,
    /// `[1, T, H, W]` for a layer.
    package let values: Tensor

    /// - Throws: ``CineError/notAMap(kind:_:)`` unless the rank is 4, with two components for flow and one frame for the first frame.
    package init(kind: MapKind, values: Tensor) throws {
        let shape = values.shape
        guard shape.rank == 4, shape.count > 0 || kind == .flow || kind == .error else {
            throw CineError.notAMap(kind: kind, shape)
        }
        switch kind {
        case .flow: guard shape[0] == 2 else { throw CineError.notAMap(kind: kind, shape) }
        case .firstFrame: guard shape[1] == 1 else { throw CineError.notAMap(kind: kind, shape) }
        case .layer: guard shape[0] == 1 else { throw CineError.notAMap(kind: kind, shape) }
        case .pixels, .error: break
        }
        self.kind = kind
        self.values = values
    }

    /// Channels, or the two components of flow.
    package var components: Int { values.shape[0] }
    package var frames: Int { values.shape[1] }
    package var height: Int { values.shape[2] }
    package var width: Int { values.shape[3] }

    /// The index in the clip of the frame that the map's first frame belongs to: flow and residual start at frame 1.
    package var firstClipFrame: Int {
        switch kind {
        case .pixels, .firstFrame, .layer: 0
        case .flow, .error: 1
        }
    }

    /// The shape in which the map is handed out, where the first frame has no frame axis.
    package var publicShape: Shape {
        switch kind {
        case .firstFrame: [components, height, width]
        case .pixels, .flow, .error, .layer: values.shape
        }
    }
}
