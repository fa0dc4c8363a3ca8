import HTTPServer
import Testing

private enum Outcome: Hashable {
    case complete(String, rest: Int)
    case unfinished(String)
    case refused(String)
}

private func decode(_ text: String, pieces size: Int) -> Outcome {
    var decoder = ChunkedDecoder(trailerLimit: 64)
    var input = InputBuffer()
    var decoded: [UInt8] = []
    let all = Array(text.utf8)
    for start in stride(from: 0, to: all.count, by: size) {
        all[start..<min(start + size, all.count)].withUnsafeBytes { input.append($0) }
        do {
            taking: while true {
                switch try decoder.take(from: &input) {
                case .piece(let piece): decoded += piece
                case .needsMore: break taking
                case .end:
                    let rest = input.count + all.count - min(start + size, all.count)
                    return .complete(String(decoding: decoded, as: UTF8.self), rest: rest)
                }
            }
        } catch {
            return .refused(String(decoding: decoded, as: UTF8.self))
        }
    }
    return .unfinished(String(decoding: decoded, as: UTF8.self))
}

@Suite struct ChunkedDecoderTests {
    private static let table: [(String, Outcome)] = [
        ("5\r\nhello\r\n0\r\n\r\nGET", .complete("hello", rest: 3)),
        ("2\r\nab\r\nA;x=\"y\"\r\n0123456789\r\n00\r\nT: v\r\n\r\n", .complete("ab0123456789", rest: 0)),
        ("0\r\n\r\n", .complete("", rest: 0)),
        ("5\r\nhel", .unfinished("hel")),
        ("5\r\nhello\r\n", .unfinished("hello")),
        ("5\nhello\r\n0\r\n\r\n", .refused("")),
        ("5\r\nhelloX\r\n", .refused("hello")),
        ("5\r\nhello\n0\r\n\r\n", .refused("hello")),
        ("\r\n", .refused("")),
        ("-5\r\nhello\r\n", .refused("")),
        ("0x5\r\nhello\r\n", .refused("")),
        ("5 \r\nhello\r\n", .refused("")),
        (" 5\r\nhello\r\n", .refused("")),
        ("g\r\n", .refused("")),
        ("5;a\u{0}\r\nhello\r\n", .refused("")),
        ("1000000000000000\r\n", .refused("")),
        ("1\r\na\r\n0\r\nno colon\r\n\r\n", .refused("a")),
        ("1\r\na\r\n0\r\nA: 1\r\n B\r\n\r\n", .refused("a")),
        ("0\r\nA: " + String(repeating: "v", count: 100) + "\r\n\r\n", .refused("")),
        ("5;" + String(repeating: "v", count: 1_000), .refused("")),
    ]

    @Test func decodesWhateverThePieces() {
        for (text, outcome) in Self.table {
            for size in [1, 2, 3, 5, 10_000] { #expect(decode(text, pieces: size) == outcome, "\(size): \(text)") }
        }
    }

    @Test func manySmallChunksBecomeFewPieces() throws {
        var decoder = ChunkedDecoder(trailerLimit: 64)
        var input = InputBuffer()
        let text = String(repeating: "1\r\na\r\n", count: 10_000) + "0\r\n\r\n"
        Array(text.utf8).withUnsafeBytes { input.append($0) }
        guard case .piece(let piece) = try decoder.take(from: &input) else {
            Issue.record("no piece")
            return
        }
        #expect(piece == [UInt8](repeating: UInt8(ascii: "a"), count: 10_000))
        guard case .end = try decoder.take(from: &input) else {
            Issue.record("no end")
            return
        }
    }
}
