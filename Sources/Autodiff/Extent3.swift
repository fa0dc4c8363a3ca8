/// Three extents in the order depth (time), height, width.
package struct Extent3: Hashable, Sendable {
    package var depth, height, width: Int

    package init(depth: Int, height: Int, width: Int) {
        self.depth = depth
        self.height = height
        self.width = width
    }

    /// The same extent along all three axes.
    package init(_ all: Int) { self.init(depth: all, height: all, width: all) }

    package static let one = Extent3(1)
    package static let zero = Extent3(0)

    package var product: Int { depth * height * width }

    /// Depth, height, width.
    package var extents: [Int] { [depth, height, width] }
}

extension Extent3: CustomStringConvertible {
    package var description: String { "\(depth)×\(height)×\(width)" }
}
