/// The extents of a dense, row-major array, outermost axis first. Any rank, rank zero (a scalar) included.
package struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral {
    package let extents: [Int]

    /// - Precondition: no extent is negative and their product fits an `Int`. For extents that come from outside use ``init(validating:)``.
    package init(_ extents: [Int]) {
        precondition(extents.allSatisfy { $0 >= 0 }, "a shape has no negative extents")
        self.extents = extents
    }

    package init(arrayLiteral elements: Int...) { self.init(elements) }

    /// - Throws: ``ShapeError/invalidExtents(_:)`` when an extent is negative or the number of bytes of a Float32 array would overflow, extents of
    ///   0 taken as 1: with [0, 2^62, 2^62] there is nothing to store, but its ``strides`` would overflow.
    package init(validating extents: [Int]) throws {
        var bytes = 4
        for extent in extents {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: max(extent, 1))
            guard extent >= 0, !overflow else { throw ShapeError.invalidExtents(extents) }
            bytes = product
        }
        self.extents = extents
    }

    package var rank: Int { extents.count }

    /// The number of elements; 1 for a scalar.
    package var count: Int { extents.reduce(1, *) }

    package subscript(axis: Int) -> Int { extents[axis] }

    /// Elements to skip for one step along each axis.
    package var strides: [Int] {
        var strides = [Int](repeating: 1, count: rank)
        for axis in stride(from: rank - 2, through: 0, by: -1) {
            strides[axis] = strides[axis + 1] * extents[axis + 1]
        }
        return strides
    }
}

extension Shape: CustomStringConvertible {
    package var description: String { "[" + extents.map(String.init).joined(separator: ", ") + "]" }
}
