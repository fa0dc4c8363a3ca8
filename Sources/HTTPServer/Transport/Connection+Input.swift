/// Reading: the socket's events fill a bounded buffer, and the connection's task and its handlers take from it.
extension Connection {
    /// Once for each time that the socket is ready, so that others get their turn.
    func readSome() {
        guard inputState == .open, let descriptor else { return waitForBytes(false) }
        let room = isDiscarding ? loop.scratch.count : context.limits.effectiveBufferedBytes - input.count
        guard room > 0 else { return waitForBytes(false) }
        let space = UnsafeMutableRawBufferPointer(rebasing: loop.scratch[..<min(room, loop.scratch.count)])
        switch descriptor.receive(into: space) {
        case .wouldBlock: break
        case .bytes(let number):
            context.registry.noteReceived(number)
            received(UnsafeRawBufferPointer(rebasing: space[..<number]))
        case .ended:
            inputState = .ended
            waitForBytes(false)
            // Requests that came before the end are answered; one that nobody waits for is not.
            if isExchanging, input.isEmpty || !body.isAtEnd { cancelHandler() }
            wakeReaders()
        case .failed:
            breakOff()
            if isExchanging { cancelHandler() }
        }
    }

    private func received(_ bytes: UnsafeRawBufferPointer) {
        guard !isDiscarding else { return }
        input.append(bytes)
        if input.count > peakBuffered {
            peakBuffered = input.count
            // Small requests never get here, so the shared count costs them nothing.
            if peakBuffered > 16 << 10 { context.registry.noteBuffered(peakBuffered) }
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
        guard inputState == .open, isDiscarding || input.count < context.limits.effectiveBufferedBytes else { return }
        waitForBytes(true)
    }
}
