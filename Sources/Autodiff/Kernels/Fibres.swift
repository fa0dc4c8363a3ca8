import Tensors

/// The lines of an array along one axis.
struct Fibres: Sendable {
    private let outer: Int
    /// Values of a line.
    let length: Int
    /// Steps from one value of a line to the next; as many lines lie side by side.
    let stride: Int

    /// - Precondition: the shape has the axis.
    init(_ shape: Shape, axis: Int) {
        outer = shape.extents[..<axis].reduce(1, *)
        length = shape[axis]
        stride = shape.extents[(axis + 1)...].reduce(1, *)
    }

    /// Calls `body` with lines that lie side by side: the place of the first one's first value, and how many they are. Bundles depend on the shape
    /// alone.
    func forEachBundle(parallelism: Parallelism, _ body: @Sendable (_ first: Int, _ columns: Int) -> Void) {
        guard length > 0, stride > 0 else { return }
        let width = min(stride, max(64, elementsPerPiece / length / 64 * 64))
        let across = (stride + width - 1) / width
        // Narrow arrays: several outer indices make up a piece of work.
        let deep = max(1, elementsPerPiece / (length * width))
        parallelism.forEach((outer + deep - 1) / deep * across) { unit in
            let (part, bundle) = unit.quotientAndRemainder(dividingBy: across)
            for index in part * deep..<min(outer, (part + 1) * deep) {
                let column = bundle * width
                body(index * length * stride + column, min(width, stride - column))
            }
        }
    }
}
