import Dispatch

/// Reading: the socket's events fill a bounded buffer, and the connection's task and its handlers take from it.
extension Connection {
    func openInput() {
        guard let descriptor else { return }
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor.number, queue: loop.queue)
        source.setEventHandler { [weak self] in self?.assumeIsolated { $0.readSome() } }
        source.setCancelHandler { withExtendedLifetime(descriptor) {} }
        readSource = source
        resumeReading()
    }

    func closeInput() {
        // A suspended source would never hear of its cancellation.
        resumeReading()
        readSource?.cancel()
        readSource = nil
    }

    private func resumeReading() {
        guard isReadSuspended, let readSource else { return }
        isReadSuspended = false
        readSource.resume()
    }

    private func suspendReading() {
        guard !isReadSuspended, let readSource else { return }
        isReadSuspended = true
        readSource.suspend()
    }

    private func readSome() {
        guard inputState == .open, let descriptor else { return suspendReading() }
        let room = isDiscarding ? loop.scratch.count : context.limits.effectiveBufferedBytes - input.count
        guard room > 0 else { return suspendReading() }
        let space = UnsafeMutableRawBufferPointer(rebasing: loop.scratch[..<min(room, loop.scratch.count)])
        switch descriptor.receive(into: space) {
        case .wouldBlock: return
        case .bytes(let number):
            guard !isDiscarding else { return }
            input.append(UnsafeRawBufferPointer(rebasing: space[..<number]))
            if input.count > peakBuffered {
                peakBuffered = input.count
                // Small requests never get here, so the shared count costs them nothing.
                if peakBuffered > 16 << 10 { context.registry.noteBuffered(peakBuffered) }
            }
        case .ended:
            inputState = .ended
            suspendReading()
            // Requests that came before the end are answered; one that nobody waits for is not.
            if isExchanging, input.isEmpty || !body.isAtEnd { cancelHandler() }
        case .failed:
            suspendReading()
            breakOff()
            if isExchanging { cancelHandler() }
        }
        wakeReaders()
    }

    func setReadDeadline(_ duration: Duration) {
        hasReadTimedOut = false
        readDeadline = .after(duration)
    }

    /// Returns when something has happened on the reading side; the caller looks what.
    func waitForInput() async {
        await withCheckedContinuation { readers.append($0) }
    }

    func wakeReaders() {
        guard !readers.isEmpty else { return }
        let woken = readers
        readers = []
        for reader in woken { reader.resume() }
    }

    func dropInput(_ number: Int) {
        input.drop(number)
        continueReading()
    }

    /// Looks at the socket again when there is room.
    func continueReading() {
        guard isReadSuspended, inputState == .open, input.count < context.limits.effectiveBufferedBytes else { return }
        resumeReading()
    }
}
