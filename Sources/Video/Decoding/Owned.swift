import CFFmpeg

/// An object of FFmpeg's that is freed with its owner.
final class Owned<Object> {
    typealias Free = (UnsafeMutablePointer<UnsafeMutablePointer<Object>?>?) -> Void

    let pointer: UnsafeMutablePointer<Object>
    private let free: Free

    /// - Throws: ``VideoError/unreadable(reason:)`` when there is no object, which means no memory.
    init(_ pointer: UnsafeMutablePointer<Object>?, free: @escaping Free) throws {
        guard let pointer else { throw VideoError.unreadable(reason: "there is not enough memory") }
        self.pointer = pointer
        self.free = free
    }

    deinit {
        var pointer: UnsafeMutablePointer<Object>? = pointer
        free(&pointer)
    }
}
