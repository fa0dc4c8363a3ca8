package import Tensors

/// One plane `[H, W]` of an array `[outer, inner, H, W]`, looked up between pixels.
package struct BilinearPlane {
    private let values: UnsafeBufferPointer<Float>
    private let start: Int
    private let height, width: Int

    /// - Parameters:
    ///   - values: of an array `[outer, inner, H, W]`.
    ///   - shape: of that array.
    /// - Precondition: the plane exists and is not empty.
    package init(_ values: UnsafeBufferPointer<Float>, shape: Shape, outer: Int, inner: Int) {
        precondition(shape.rank == 4 && outer < shape[0] && inner < shape[1] && shape[2] > 0 && shape[3] > 0)
        precondition(values.count == shape.count)
        self.values = values
        (height, width) = (shape[2], shape[3])
        start = (outer * shape[1] + inner) * height * width
    }

    /// The bilinear mean of the four pixels around a point; points outside are held at the border.
    package subscript(point: PixelPoint) -> Double {
        // What is not a number compares false and reads at the border.
        let x = point.x > 0 ? min(point.x, Double(width - 1)) : 0
        let y = point.y > 0 ? min(point.y, Double(height - 1)) : 0
        let (column, row) = (Int(x), Int(y))
        let (nextColumn, nextRow) = (min(column + 1, width - 1), min(row + 1, height - 1))
        let (a, b) = (x - Double(column), y - Double(row))
        func pixel(_ row: Int, _ column: Int) -> Double { Double(values[start + row * width + column]) }
        let above = pixel(row, column) * (1 - a) + pixel(row, nextColumn) * a
        let below = pixel(nextRow, column) * (1 - a) + pixel(nextRow, nextColumn) * a
        return above * (1 - b) + below * b
    }
}
