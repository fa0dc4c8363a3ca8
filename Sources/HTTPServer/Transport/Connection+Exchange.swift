import Foundation
import HTTPTypes
import Logging

/// One request and its response.
extension Connection {
    /// - Returns: whether the connection goes on.
    func exchange(_ head: RequestHead) async -> Bool {
        exchangeNumber += 1
        isExchanging = true
        defer { isExchanging = false }
        body = BodyDecoder(head.framing, limits: context.limits)
        bodyError = nil
        (bodyReceived, bodyWaited) = (0, .zero)
        owesContinue = head.expectsContinue

        let request = Request(
            head: head.request, target: head.target, body: requestBody(head.framing), remoteAddress: remoteAddress)
        let response = await context.responder(request)
        guard inputState != .broken else { return false }

        // A client that still waits for `100 Continue` may send the body or not; only a new connection tells the next request from it.
        let isPersistent =
            head.isPersistent && !isDraining && !owesContinue && bodyError == nil
            && body.knownRemaining <= context.limits.unreadBodyBytes
            && !(inputState == .ended && input.isEmpty)
        owesContinue = false
        let goesOn = await respond(
            with: response, isHead: head.request.method == .head, isVersion11: head.isVersion11,
            isPersistent: isPersistent)
        guard goesOn, !isDraining || !input.isEmpty else { return false }
        return await skipBody()
    }

    private func requestBody(_ framing: BodyFraming) -> RequestBody {
        let declaredLength: Int?
        switch framing {
        case .none: return .empty
        case .length(let length): declaredLength = length
        case .chunked: declaredLength = nil
        }
        let number = exchangeNumber
        return RequestBody(declaredLength: declaredLength) { [self] in try await nextPiece(ofExchange: number) }
    }

    /// The next piece of the body of a request; nil at its end.
    private func nextPiece(ofExchange number: Int) async throws(BodyError) -> [UInt8]? {
        // A body that outlived its exchange must not read the next request.
        guard number == exchangeNumber, isExchanging else { throw .clientClosed }
        if owesContinue, !body.isAtEnd {
            owesContinue = false
            // A client that did not wait needs no invitation (RFC 9110, section 10.1.1).
            if input.isEmpty { try await send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), more: false) }
        }
        return try await takePiece()
    }

    private func takePiece() async throws(BodyError) -> [UInt8]? {
        if let bodyError { throw bodyError }
        setReadDeadline(context.limits.bodyTimeout)
        defer { readDeadline = nil }
        do {
            while true {
                switch try body.take(from: &input) {
                case .end: return nil
                case .piece(let piece):
                    bodyReceived += piece.count
                    continueReading()
                    return piece
                case .needsMore: break
                }
                guard inputState == .open else { throw BodyError.clientClosed }
                guard !hasReadTimedOut else { throw BodyError.timedOut }
                guard !isBodyTooSlow else { throw BodyError.timedOut }
                continueReading()
                let start = ContinuousClock.now
                await waitForInput()
                bodyWaited += ContinuousClock.now - start
            }
        } catch let error as BodyError {
            bodyError = error
            throw error
        } catch {
            throw .clientClosed
        }
    }

    /// A client that sends a byte now and then keeps within the time between two arrivals, and would hold a connection for ever.
    private var isBodyTooSlow: Bool {
        bodyWaited > context.limits.bodyRateGrace
            && Double(bodyReceived) < Double(context.limits.bodyBytesPerSecond) * (bodyWaited / .seconds(1))
    }

    /// Reads what the handler left of the body, within bounds.
    /// - Returns: whether the next request can follow.
    private func skipBody() async -> Bool {
        var skipped = 0
        while !body.isAtEnd {
            guard let piece = try? await takePiece() else { break }
            skipped += piece.count
            guard skipped <= context.limits.unreadBodyBytes else { return false }
        }
        return body.isAtEnd
    }

    /// - Returns: whether the connection can go on.
    func respond(with response: Response, isHead: Bool, isVersion11: Bool, isPersistent: Bool) async -> Bool {
        var response = response
        var file: Descriptor?
        if case .file(let url, _, _) = response.body {
            file = Descriptor.openForReading(url)
            if file == nil {
                context.logger.error("the file of a response cannot be opened", metadata: ["file": "\(url.path)"])
                response = context.refusal(.unsendableResponse)
            }
        }
        var encoder = ResponseEncoder(response, isHead: isHead, isVersion11: isVersion11, isPersistent: isPersistent)
        do {
            try await send(&encoder, response.body, file)
            return encoder.isPersistent
        } catch {
            // The status is out; all that is left is not to end the body properly.
            context.logger.debug("response broken off", metadata: ["client": "\(remoteAddress)", "reason": "\(error)"])
            breakOff()
            return false
        }
    }

    private func send(_ encoder: inout ResponseEncoder, _ body: ResponseBody, _ file: Descriptor?) async throws {
        var head = encoder.head(date: loop.date.current)
        guard encoder.sendsBody else { return try await send(head, more: false) }
        switch body {
        case .empty: try await send(head, more: false)
        case .bytes(let bytes):
            if bytes.count <= 16 << 10 {
                head += bytes
                try await send(head, more: false)
            } else {
                try await send(head, more: true)
                try await send(bytes, more: false)
            }
        case .file(_, let offset, let length):
            guard let file else { return }
            try await send(head, more: length > 0)
            try await send(file, offset: offset, length: length)
        case .stream(let produce):
            try await send(head, more: false)
            let isChunked = encoder.isChunked
            let number = exchangeNumber
            let writer = ResponseWriter { [self] bytes in
                guard !bytes.isEmpty else { return }
                try await write(isChunked ? ResponseEncoder.chunk(bytes) : bytes, ofExchange: number)
            }
            try await produce(writer)
            if isChunked { try await send(ResponseEncoder.lastChunk, more: false) }
        }
    }

    private func write(_ bytes: [UInt8], ofExchange number: Int) async throws(BodyError) {
        guard number == exchangeNumber, isExchanging else { throw .clientClosed }
        try await send(bytes, more: false)
    }
}
