/// Aligned memory of Float32 values. Written only while a single ``Tensor`` refers to it, which is why sharing it is safe.
final class TensorStorage: @unchecked Sendable {
    let count: Int
    let pointer: UnsafeMutablePointer<Float>
    /// Of the computation that made it.
    private let meter: WorkMeter?

    /// Leaves the values uninitialised: the caller writes every one before anybody reads.
    init(uninitialized count: Int) {
        self.count = count
        pointer = FloatMemory.allocate(count: count)
        meter = WorkMeter.current
        meter?.took(bytes: byteCount)
    }

    private var byteCount: Int { count * MemoryLayout<Float>.stride }

    deinit {
        FloatMemory.deallocate(pointer, count: count)
        meter?.gave(bytes: byteCount)
    }
}
