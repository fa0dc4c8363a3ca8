import Tensors

/// Memory that pieces of parallel work read. Sound because nothing writes it meanwhile.
struct Reads: @unchecked Sendable {
    let base: UnsafePointer<Float>

    static func + (reads: Reads, offset: Int) -> UnsafePointer<Float> { reads.base + offset }
}

/// Memory that pieces of parallel work write. Sound because each piece writes only what belongs to its index.
struct Writes: @unchecked Sendable {
    let base: UnsafeMutablePointer<Float>

    static func + (writes: Writes, offset: Int) -> UnsafeMutablePointer<Float> { writes.base + offset }
}

extension Tensor {
    /// Lends the values to parallel work.
    func reading<R>(_ body: (Reads) throws -> R) rethrows -> R {
        try withUnsafeValues { values in
            // An empty tensor still has memory for one value, so a base address always exists.
            guard let base = values.baseAddress else { preconditionFailure("a tensor without memory") }
            return try body(Reads(base: base))
        }
    }

    /// Lends the values for writing to parallel work, after a copy when the memory is shared.
    mutating func writing<R>(_ body: (Writes) throws -> R) rethrows -> R {
        try withUnsafeMutableValues { values in
            guard let base = values.baseAddress else { preconditionFailure("a tensor without memory") }
            return try body(Writes(base: base))
        }
    }

    /// - Parameter body: writes every value.
    init(writing shape: Shape, _ body: (Writes) throws -> Void) rethrows {
        try self.init(uninitialized: shape) { values in
            guard let base = values.baseAddress else { preconditionFailure("a tensor without memory") }
            try body(Writes(base: base))
        }
    }
}
