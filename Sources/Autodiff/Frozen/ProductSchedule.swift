/// In which order a transform's products are made, and what memory that takes. Chosen by extents alone, never by the number of threads, so that
/// results don't depend on it.
struct ProductSchedule: Hashable, Sendable {
    enum Order: Hashable, Sendable {
        /// All weights are transformed first and shared. A piece of work is some rows: their input is transformed once, stays in cache, and
        /// meets panel after panel of weights.
        case rowsFirst
        /// All inputs are transformed first and shared. A piece of work is a panel of weights, transformed bit by bit as it is needed, and meets
        /// all rows. For late layers: many weights, few positions.
        case panelsFirst
    }

    let order: Order
    let points, blocks, vectors, rows: Int
    /// Rows in a piece of work.
    let chunk: Int
    /// Blocks of weights that are transformed at once.
    let blocksAtOnce: Int

    /// Vectors in a panel: what the product keeps in registers.
    static let panelWidth = 2
    /// Values of transformed input that stay in the second level cache: 1 MiB.
    private static let cachedValues = 1 << 18
    /// Values of transformed input that may be shared by all panels: 16 MiB.
    private static let sharedValues = 1 << 22

    init(_ transform: some BlockTransform) {
        (points, blocks, vectors, rows) = (transform.points, transform.blocks, transform.vectors, transform.rows)
        let lanes = BlockedExtents.lanes
        let rowValues = points * max(blocks, 1) * lanes
        // Multiples of what the widest register tile holds, and enough pieces to spread.
        let fitting = max(14, min(112, Self.cachedValues / rowValues / 14 * 14))
        let pieces = max((rows + fitting - 1) / fitting, min(8, rows / 14), 1)
        let even = (rows + pieces - 1) / pieces
        let panels = (vectors + Self.panelWidth - 1) / Self.panelWidth
        let weightValues = rowValues * vectors * lanes
        let inputValues = rowValues * rows
        // What is read from beyond the cache: the weights for each piece of rows, or the input for each panel.
        if transform.separatesBlocks, inputValues <= Self.sharedValues, inputValues * panels < weightValues * pieces {
            order = .panelsFirst
            chunk = rows
            blocksAtOnce = max(1, min(blocks, (1 << 17) / (points * lanes * lanes * Self.panelWidth)))
        } else {
            order = .rowsFirst
            chunk = max(even, 1)
            blocksAtOnce = blocks
        }
    }

    var panels: Int { (vectors + Self.panelWidth - 1) / Self.panelWidth }

    private var lanes: Int { BlockedExtents.lanes }

    /// Values that all pieces of work share.
    var sharedValues: Int {
        switch order {
        case .rowsFirst: points * blocks * lanes * vectors * lanes
        case .panelsFirst: points * blocks * lanes * rows
        }
    }

    /// Values that each piece of work takes for itself.
    var ownValues: Int {
        switch order {
        case .rowsFirst: points * chunk * lanes * (blocks + Self.panelWidth)
        case .panelsFirst: points * lanes * Self.panelWidth * (blocksAtOnce * lanes + rows)
        }
    }
}
