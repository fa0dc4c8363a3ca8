import Logging

/// What all connections of a listener share.
struct ConnectionContext: Sendable {
    let limits: ServerLimits
    let logger: Logger
    let responder: @Sendable (Request) async -> Response
    let refusal: @Sendable (ProtocolError) -> Response
    let registry: ConnectionRegistry
}

/// One client. Its actor runs on a loop's queue together with its socket's events. Handlers run there too: what takes long, they have to do
/// elsewhere, or the loop's other clients wait for it.
///
/// Nothing here waits for a cancelled task: waits end by the socket, by a deadline, or by ``abort()``.
actor Connection {
    nonisolated let loop: Loop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    enum InputState {
        case open
        /// The client has closed its side.
        case ended
        /// Nothing can be read or written any more.
        case broken
    }

    let context: ConnectionContext
    let remoteAddress: String
    var descriptor: Descriptor?
    /// Its number in the loop's set of sockets, and what it is waited for there.
    private var readyID: UInt64 = 0
    private var interest = ReadySet.Interest()

    // Input, see Connection+Input.
    var input = InputBuffer()
    var inputState = InputState.open
    var isDiscarding = false
    var peakBuffered = 0
    var readers: [CheckedContinuation<Void, Never>] = []
    var readDeadline: Deadline?
    var hasReadTimedOut = false

    // Output, see Connection+Output.
    var writers: [CheckedContinuation<Void, Never>] = []
    var writeDeadline: Deadline?
    var hasWriteTimedOut = false
    var isSending = false
    var sendQueue: [CheckedContinuation<Void, Never>] = []

    // The exchange that is going on, see Connection+Exchange.
    var exchangeNumber = 0
    var isExchanging = false
    var body = BodyDecoder.length(remaining: 0)
    var bodyError: BodyError?
    var owesContinue = false
    /// What came of the body, and how long it was waited for.
    var bodyReceived = 0
    var bodyWaited = Duration.zero

    private var task: Task<Void, Never>?
    var isDraining = false

    init(loop: Loop, descriptor: Descriptor, remoteAddress: String, context: ConnectionContext) {
        self.loop = loop
        self.descriptor = descriptor
        self.remoteAddress = remoteAddress
        self.context = context
    }

    /// Runs the connection to its end.
    /// - Parameter isRefused: there are too many; say so and close.
    func begin(isRefused: Bool) {
        loop.add(self)
        readyID = loop.ready?.newID() ?? 0
        isDraining = context.registry.add(self)
        continueReading()
        task = Task(executorPreference: loop) { await self.run(isRefused: isRefused) }
    }

    private func run(isRefused: Bool) async {
        var mustLinger = true
        if isRefused {
            await refuse(.tooManyConnections)
        } else {
            mustLinger = await serve()
        }
        if mustLinger { await linger() }
        close()
    }

    /// Finishes the request in flight, if there is one, and closes.
    func drain() {
        isDraining = true
        wakeReaders()
    }

    /// Closes whatever is going on. Handlers are cancelled and find the client gone.
    func abort() {
        breakOff()
        task?.cancel()
    }

    func cancelHandler() { task?.cancel() }

    func checkDeadlines(_ now: Deadline) {
        if let readDeadline, readDeadline <= now {
            self.readDeadline = nil
            hasReadTimedOut = true
            wakeReaders()
        }
        if let writeDeadline, writeDeadline <= now {
            self.writeDeadline = nil
            hasWriteTimedOut = true
            wakeWriters()
        }
    }

    /// - Returns: whether the last response may still be on its way to a client that is sending; false for a connection that was idle.
    private func serve() async -> Bool {
        var parser = RequestParser(limits: context.limits)
        while true {
            do {
                guard let head = try await nextHead(&parser) else { return false }
                guard await exchange(head) else { return true }
            } catch {
                await refuse(error)
                return true
            }
        }
    }

    private func refuse(_ error: ProtocolError) async {
        context.logger.debug("request refused", metadata: ["client": "\(remoteAddress)", "reason": "\(error)"])
        _ = await respond(with: context.refusal(error), isHead: false, isVersion11: true, isPersistent: false)
    }

    /// The next request's head; nil when the connection is over.
    /// - Throws: ``ProtocolError``.
    private func nextHead(_ parser: inout RequestParser) async throws(ProtocolError) -> RequestHead? {
        var hasBegun = false
        setReadDeadline(context.limits.idleTimeout)
        while true {
            if !input.isEmpty {
                if let (head, length) = try input.withBytes({ (bytes) throws(ProtocolError) in try parser.parse(bytes) }
                ) {
                    readDeadline = nil
                    dropInput(length)
                    return head
                }
                if !hasBegun {
                    hasBegun = true
                    setReadDeadline(context.limits.headerTimeout)
                }
            } else if isDraining {
                return nil
            }
            guard inputState == .open else { return nil }
            if hasReadTimedOut {
                if hasBegun { throw .headerTimeout }
                return nil
            }
            await waitForInput()
        }
    }

    /// Closes our side and reads on for a while: closing with unread bytes would make the system take the response back from a client that
    /// has not read it yet (RFC 9112, section 9.6).
    private func linger() async {
        guard inputState == .open, !hasWriteTimedOut, let descriptor else { return }
        descriptor.shutDown(.writing)
        isDiscarding = true
        dropInput(input.count)
        setReadDeadline(context.limits.lingerTimeout)
        while inputState == .open, !hasReadTimedOut { await waitForInput() }
    }

    private func close() {
        breakOff()
        waitFor(ReadySet.Interest())
        descriptor = nil
        loop.remove(self)
        context.registry.remove(self, address: remoteAddress)
        task = nil
    }

    /// What the socket is waited for from now on.
    func waitForBytes(_ isWanted: Bool) { waitFor(ReadySet.Interest(bytes: isWanted, room: interest.room)) }

    func waitForRoom(_ isWanted: Bool) { waitFor(ReadySet.Interest(bytes: interest.bytes, room: isWanted)) }

    private func waitFor(_ new: ReadySet.Interest) {
        guard new != interest, let descriptor else { return }
        let old = interest
        interest = new
        let isTaken = loop.ready?.change(descriptor, of: self, id: readyID, from: old, to: new) ?? false
        if !isTaken { breakOff() }
    }

    /// The loop has seen that the socket is ready.
    func socketIsReady(bytes: Bool, room: Bool) {
        if room, interest.room {
            waitForRoom(false)
            wakeWriters()
        }
        if bytes, interest.bytes { readSome() }
    }

    /// From here on nothing is read or written, and nobody waits.
    func breakOff() {
        inputState = .broken
        descriptor?.shutDown(.both)
        wakeReaders()
        wakeWriters()
    }
}
