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

    /// Lines that lie side by side.
    struct Bundle {
        /// The index over the axes before the lines' axis, and over those behind it the first line's.
        let outer, column: Int
        /// How many lines.
        let columns: Int
    }

    /// Where the first value of a bundle's first line is. The bundle may be that of an array which differs in the length of its lines only.
    func place(of bundle: Bundle) -> Int { bundle.outer * length * stride + bundle.column }

    /// Calls `body` with bundles that cover all lines. They depend on the shape alone.
    func forEachBundle(parallelism: Parallelism, _ body: @Sendable (Bundle) -> Void) {
        guard length > 0, stride > 0 else { return }
        let width = min(stride, max(64, elementsPerPiece / length / 64 * 64))
        let across = (stride + width - 1) / width
        // Narrow arrays: several outer indices make up a piece of work.
        let deep = max(1, elementsPerPiece / (length * width))
        parallelism.forEach((outer + deep - 1) / deep * across) { unit in
            let (part, number) = unit.quotientAndRemainder(dividingBy: across)
            for index in part * deep..<min(outer, (part + 1) * deep) {
                body(Bundle(outer: index, column: number * width, columns: min(width, stride - number * width)))
            }
        }
    }
}
