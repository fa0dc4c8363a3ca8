/// A fixed cut of a result matrix into blocks of rows and positions.
///
/// Depends on the extents alone. Blocks are wide, since every product packs its weights anew; where there are few positions (late layers),
/// rows are cut too, so that there is work for several threads.
struct Blocks: Sendable {
    private let rows, positions: Int
    /// The most rows and positions of a block.
    let height, width: Int

    /// - Parameters:
    ///   - widest: the most positions a block may have.
    ///   - others: how often this cut is repeated over samples, groups and slices: that much less need for blocks.
    init(rows: Int, positions: Int, widest: Int, others: Int) {
        self.rows = rows
        self.positions = positions
        let across = max(1, (positions + widest - 1) / widest)
        // Even widths, in whole vectors: a narrow last block costs as much packing as a wide one.
        let even = (positions + across - 1) / across
        width = max(1, min(positions, (even + 15) / 16 * 16))
        let enough = 8
        let down = max(1, min(enough / max(1, across * others), rows / 64))
        height = max(1, (rows + down - 1) / down)
    }

    private var across: Int { (positions + width - 1) / width }

    var count: Int { across * ((rows + height - 1) / height) }

    /// The block's first row, its rows, its first position and its positions.
    subscript(block: Int) -> (row: Int, rows: Int, position: Int, positions: Int) {
        let (down, along) = block.quotientAndRemainder(dividingBy: across)
        let (row, position) = (down * height, along * width)
        return (row, min(height, rows - row), position, min(width, positions - position))
    }
}
