/// A dense array of Float32 values, row-major, 64-byte aligned, copied on write.
package struct Tensor: Sendable {
    package let shape: Shape
    private var storage: TensorStorage

    private init(shape: Shape, storage: TensorStorage) {
        self.shape = shape
        self.storage = storage
    }

    /// - Parameter body: writes every value of the buffer, which comes uninitialised.
    package init(
        uninitialized shape: Shape, _ body: (UnsafeMutableBufferPointer<Float>) throws -> Void
    ) rethrows {
        let storage = TensorStorage(uninitialized: shape.count)
        try body(UnsafeMutableBufferPointer(start: storage.pointer, count: storage.count))
        self.init(shape: shape, storage: storage)
    }

    package init(shape: Shape, repeating value: Float) {
        self.init(uninitialized: shape) { $0.update(repeating: value) }
    }

    /// - Parameter values: in row-major order.
    /// - Throws: ``ShapeError/countMismatch(shape:count:)``.
    package init(shape: Shape, values: some Collection<Float>) throws {
        guard values.count == shape.count else {
            throw ShapeError.countMismatch(shape: shape, count: values.count)
        }
        self.init(uninitialized: shape) { _ = $0.update(fromContentsOf: values) }
    }

    /// A tensor of rank zero.
    package init(scalar value: Float) { self.init(shape: [], repeating: value) }

    package var count: Int { storage.count }

    /// The same for tensors that share their memory, for as long as they live.
    package var memory: ObjectIdentifier { ObjectIdentifier(storage) }

    /// A copy of the values in row-major order.
    package var values: [Float] { withUnsafeValues { Array($0) } }

    /// The same values seen under another shape; nothing is copied.
    /// - Throws: ``ShapeError/countMismatch(shape:count:)``.
    package func reshaped(to shape: Shape) throws -> Tensor {
        guard shape.count == count else { throw ShapeError.countMismatch(shape: shape, count: count) }
        return Tensor(shape: shape, storage: storage)
    }

    package func withUnsafeValues<R>(_ body: (UnsafeBufferPointer<Float>) throws -> R) rethrows -> R {
        try withExtendedLifetime(storage) {
            try body(UnsafeBufferPointer(start: storage.pointer, count: storage.count))
        }
    }

    /// Gives write access, after a copy when the memory is shared with another tensor.
    package mutating func withUnsafeMutableValues<R>(
        _ body: (UnsafeMutableBufferPointer<Float>) throws -> R
    ) rethrows -> R {
        if !isKnownUniquelyReferenced(&storage) {
            let copy = TensorStorage(uninitialized: storage.count)
            copy.pointer.update(from: storage.pointer, count: storage.count)
            storage = copy
        }
        return try withExtendedLifetime(storage) {
            try body(UnsafeMutableBufferPointer(start: storage.pointer, count: storage.count))
        }
    }
}
