import CReadiness
import Dispatch
import Glibc

/// The sockets of a loop, and what each is waited for. One event of the loop's queue tells of all that are ready: a dispatch source for each
/// of them would wake two threads for each request.
///
/// Used on the loop's queue alone.
final class ReadySet {
    private let descriptor: Descriptor
    private let source: any DispatchSourceRead
    private var members: [UInt64: Connection] = [:]
    private var events = [crd_event](repeating: crd_event(), count: 256)
    private var lastID: UInt64 = 0

    /// - Throws: ``ListenerError``.
    init(queue: DispatchQueue) throws(ListenerError) {
        let number = crd_open()
        guard number >= 0 else { throw ListenerError.system(operation: "epoll_create1", code: errno) }
        let descriptor = Descriptor(number)
        self.descriptor = descriptor
        source = DispatchSource.makeReadSource(fileDescriptor: number, queue: queue)
        source.setCancelHandler { withExtendedLifetime(descriptor) {} }
    }

    /// - Parameter handler: is called on the queue when members are ready. Once, and always: a source that was never started cannot be released.
    func start(_ handler: @escaping @Sendable () -> Void) {
        source.setEventHandler(handler: handler)
        source.resume()
    }

    deinit { source.cancel() }

    /// A number that the set never gave before.
    func newID() -> UInt64 {
        lastID += 1
        return lastID
    }

    /// What a member waits for: bytes to read, room to write.
    struct Interest: Hashable {
        var bytes = false
        var room = false

        var isNone: Bool { !bytes && !room }
    }

    /// - Returns: false when the system refuses.
    func change(_ socket: Descriptor, of connection: Connection, id: UInt64, from old: Interest, to new: Interest)
        -> Bool
    {
        if new.isNone {
            // A member without wishes would still be told of a hang-up, again and again.
            if !old.isNone { crd_forget(descriptor.number, socket.number) }
            members[id] = nil
            return true
        }
        members[id] = connection
        return crd_watch(
            descriptor.number, socket.number, id, old.isNone ? 1 : 0, new.bytes ? 1 : 0, new.room ? 1 : 0) == 0
    }

    /// Tells the members that are ready, each once.
    func tell() {
        let count = Int(crd_ready(descriptor.number, &events, Int32(events.count)))
        for event in events.prefix(count) {
            // One that has gone meanwhile, by what another was told, is not there any more.
            guard let connection = members[event.id] else { continue }
            connection.assumeIsolated { $0.socketIsReady(bytes: event.can_read != 0, room: event.can_write != 0) }
        }
    }
}
