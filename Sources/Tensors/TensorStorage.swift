/// Aligned memory of Float32 values. Written only while a single ``Tensor`` refers to it, which is why sharing it is safe.
final class TensorStorage: @unchecked Sendable {
    /// A cache line, and the widest vector register.
    static let alignment = 64

    let count: Int
    let pointer: UnsafeMutablePointer<Float>
    /// Of the computation that made it.
    private let meter: WorkMeter?

    /// Leaves the values uninitialised: the caller writes every one before anybody reads.
    init(uninitialized count: Int) {
        self.count = count
        pointer = UnsafeMutableRawPointer.allocate(
            byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: Self.alignment
        ).bindMemory(to: Float.self, capacity: max(count, 1))
        meter = WorkMeter.current
        meter?.took(bytes: byteCount)
    }

    private var byteCount: Int { count * MemoryLayout<Float>.stride }

    deinit {
        UnsafeMutableRawPointer(pointer).deallocate()
        meter?.gave(bytes: byteCount)
    }
}
