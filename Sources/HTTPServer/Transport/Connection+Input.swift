import Dispatch

/// Reading: the socket's events fill a bounded buffer, and the connection's task and its handlers take from it.
extension Connection {
    func openInput() {
        guard let descriptor else { return }
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor.number, queue: loop.queue)
        source.setEventHandler { [weak self] in self?.assumeIsolated { $0.socketIsReadable() } }
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
        if isHungUp { loop.queue.async { [weak self] in self?.assumeIsolated { $0.readSome() } } }
    }

    private func suspendReading() {
        guard !isReadSuspended, let readSource else { return }
        isReadSuspended = true
        readSource.suspend()
    }

    /// An event without bytes is the end or a hang-up, after which the source stays silent: what is left has to be read now.
    private func socketIsReadable() {
        if readSource?.data == 0 { isHungUp = true }
        readSome()
    }

    private func readSome() {
        repeat {
            guard inputState == .open, let descriptor else { return suspendReading() }
            let room = isDiscarding ? loop.scratch.count : context.limits.effectiveBufferedBytes - input.count
            guard room > 0 else { return suspendReading() }
            let space = UnsafeMutableRawBufferPointer(rebasing: loop.scratch[..<min(room, loop.scratch.count)])
            switch descriptor.receive(into: space) {
            case .wouldBlock:
                // So it was no hang-up, and the source will speak again.
                isHungUp = false
                return
            case .bytes(let number):
                context.registry.noteReceived(number)
                received(UnsafeRawBufferPointer(rebasing: space[..<number]))
            case .ended:
                inputState = .ended
                suspendReading()
                // Requests that came before the end are answered; one that nobody waits for is not.
                if isExchanging, input.isEmpty || !body.isAtEnd { cancelHandler() }
                wakeReaders()
            case .failed:
                suspendReading()
                breakOff()
                if isExchanging { cancelHandler() }
            }
        } while isHungUp
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
        guard isReadSuspended, inputState == .open, input.count < context.limits.effectiveBufferedBytes else { return }
        resumeReading()
    }
}
