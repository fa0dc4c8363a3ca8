import Dispatch
import HTTPServer
import HTTPTypes

/// Takes whatever bytes libFuzzer comes up with for what a client sends: the first byte says for what. Each reader gets them at once and byte by byte, as
/// connections may cut them, and must come to the same end; it may refuse them with its own error. Anything else (another end, a trap, much memory or time) ends the fuzzer
/// with the bytes in a file.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzHTTP(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let all = Array(UnsafeBufferPointer(start: start, count: count))
    guard let selector = all.first else { return 0 }
    let bytes = Array(all.dropFirst())
    switch selector % 3 {
    case 0: precondition(heads(bytes, pieces: bytes.count) == heads(bytes, pieces: 1))
    case 1: precondition(chunks(bytes, pieces: bytes.count) == chunks(bytes, pieces: 1))
    default: precondition(parts(bytes, pieces: bytes.count) == parts(bytes, pieces: 1))
    }
    return 0
}

/// What came of the bytes: what was read, and how it ended.
private struct Outcome: Equatable {
    var read: [String] = []
    var end = ""
}

/// Start and end of each piece.
private func cuts(_ count: Int, _ size: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: max(1, size)).map { $0..<min($0 + max(1, size), count) }
}

private func heads(_ bytes: [UInt8], pieces size: Int) -> Outcome {
    var parser = RequestParser(limits: ServerLimits())
    var (outcome, pending) = (Outcome(), [UInt8]())
    for cut in cuts(bytes.count, size) {
        pending += bytes[cut]
        do throws(ProtocolError) {
            while !pending.isEmpty,
                let (head, length) = try pending.withUnsafeBufferPointer({ (bytes) throws(ProtocolError) in
                    try parser.parse(bytes)
                })
            {
                precondition((1...pending.count).contains(length))
                outcome.read.append("\(head)")
                pending.removeFirst(length)
            }
        } catch {
            precondition((400..<600).contains(error.status.code))
            outcome.end = "\(error)"
            return outcome
        }
    }
    return outcome
}

private func chunks(_ bytes: [UInt8], pieces size: Int) -> Outcome {
    var decoder = ChunkedDecoder(trailerLimit: 64)
    var (input, decoded, outcome) = (InputBuffer(), [UInt8](), Outcome())
    for cut in cuts(bytes.count, size) {
        bytes[cut].withUnsafeBytes { input.append($0) }
        do throws(BodyError) {
            var needsMore = false
            while !needsMore {
                switch try decoder.take(from: &input) {
                case .piece(let piece):
                    precondition(!piece.isEmpty)
                    decoded += piece
                case .needsMore: needsMore = true
                case .end:
                    outcome.read = ["\(decoded)"]
                    outcome.end = "end, \(bytes.count - cut.upperBound + input.count) left"
                    return outcome
                }
            }
        } catch {
            outcome.read = ["\(decoded)"]
            outcome.end = "\(error)"
            return outcome
        }
    }
    precondition(decoded.count <= bytes.count)
    outcome.read = ["\(decoded)"]
    return outcome
}

private func parts(_ bytes: [UInt8], pieces size: Int) -> Outcome {
    let done = DispatchSemaphore(value: 0)
    nonisolated(unsafe) var outcome = Outcome()
    Task {
        outcome = await form(bytes, pieces: size)
        done.signal()
    }
    done.wait()
    return outcome
}

private func form(_ bytes: [UInt8], pieces size: Int) async -> Outcome {
    let pieces = cuts(bytes.count, size).map { Array(bytes[$0]) }
    let next = NextPiece(pieces)
    var outcome = Outcome()
    guard
        let reader = MultipartReader(
            contentType: "multipart/form-data; boundary=b-c",
            body: RequestBody(declaredLength: nil) { await next.take() },
            limits: MultipartLimits(parts: 3, headerBytes: 200))
    else { preconditionFailure("the content type is a form's") }
    do {
        while let part = try await reader.next() {
            let content = try await part.body.collect(upTo: 1 << 20)
            outcome.read.append("\(part.name) \(part.filename ?? "") \(part.contentType ?? "") \(content)")
        }
    } catch {
        precondition(error is MultipartError || error is BodyError)
        outcome.end = "\(error)"
    }
    return outcome
}

private actor NextPiece {
    private var rest: ArraySlice<[UInt8]>
    init(_ pieces: [[UInt8]]) { rest = pieces[...] }
    func take() -> [UInt8]? { rest.popFirst() }
}
