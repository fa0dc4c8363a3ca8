import HTTPServer
import HTTPTypes
import Testing

/// The outcome of feeding a parser; comparable.
private enum Outcome: Hashable {
    case heads([RequestHead], rest: Int)
    case refused(ProtocolError, after: Int)
}

/// Feeds `text` cut into pieces of `size` bytes, as a connection does.
private func parse(_ text: String, pieces size: Int, limits: ServerLimits) -> Outcome {
    var parser = RequestParser(limits: limits)
    var heads: [RequestHead] = []
    let all = Array(text.utf8)
    var pending: [UInt8] = []
    for start in stride(from: 0, to: all.count, by: size) {
        pending += all[start..<min(start + size, all.count)]
        do {
            while let (head, length) = try pending.withUnsafeBufferPointer({ (bytes) throws(ProtocolError) in
                try parser.parse(bytes)
            }) {
                heads.append(head)
                pending.removeFirst(length)
                if pending.isEmpty { break }
            }
        } catch {
            return .refused(error, after: heads.count)
        }
    }
    return .heads(heads, rest: pending.count)
}

private let standard = ServerLimits()

@Suite struct RequestParserTests {
    @Test func readsARequest() throws {
        let text =
            "POST /v1/videos/a%20b?x=1&y=%C3%A9 HTTP/1.1\r\nHost: example.org:80\r\nContent-Length: 12\r\nX-Name:  a b \t\r\n\r\nrest"
        guard case .heads(let heads, let rest) = parse(text, pieces: 1_000, limits: standard), let head = heads.first
        else {
            Issue.record("refused")
            return
        }
        #expect(rest == 4)
        #expect(head.request.method == .post)
        #expect(head.request.path == "/v1/videos/a%20b?x=1&y=%C3%A9")
        #expect(head.request.authority == "example.org:80")
        #expect(head.request.headerFields[try #require(HTTPField.Name("x-name"))] == "a b")
        #expect(head.target.segments == ["v1", "videos", "a b"])
        #expect(head.target.query.first("y") == "é")
        #expect(head.framing == .length(12))
        #expect(head.isPersistent && head.isVersion11 && !head.expectsContinue)
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n", BodyFraming.none, false),
        ("GET / HTTP/1.0\r\n\r\n", .none, false),
        ("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n", .none, false),
        ("\r\nGET / HTTP/1.1\r\nHost:\r\n\r\n", .none, true),
        (
            "PUT / HTTP/1.1\r\nHost: [::1]:80\r\nTransfer-Encoding: Chunked\r\nExpect: 100-Continue\r\n\r\n", .chunked,
            true
        ),
        ("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", .none, true),
    ])
    func readsFraming(_ text: String, _ framing: BodyFraming, _ isPersistent: Bool) {
        guard case .heads(let heads, rest: 0) = parse(text, pieces: 7, limits: standard) else {
            Issue.record("refused")
            return
        }
        #expect(heads.map(\.framing) == [framing])
        #expect(heads.map(\.isPersistent) == [isPersistent])
        #expect(heads.map(\.expectsContinue) == [framing == .chunked])
    }

    static let refusals: [(String, ProtocolError)] = [
        ("GET /\r\n\r\n", .malformedRequestLine),
        ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        (" GET / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        ("GE(T / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", .malformedRequestLine),
        ("GET / http/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        ("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .unsupportedVersion),
        ("GET / HTTP/1.2\r\nHost: a\r\n\r\n", .unsupportedVersion),
        ("GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n", .absoluteTarget),
        ("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
        ("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
        ("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
        ("GET /a% HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
        ("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
        ("GET /%FF HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
        ("GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
        ("GET /a/%2e%2E HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
        ("GET /é HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
        ("GET / HTTP/1.1\nHost: a\r\n\r\n", .bareLineBreak),
        ("GET / HTTP/1.1\r\nHost: a\n\r\n", .bareLineBreak),
        ("GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", .bareLineBreak),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", .foldedField),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n", .malformedField),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: b\u{7F}\r\n\r\n", .malformedField),
        ("GET / HTTP/1.1\r\nHost: a\r\nX\u{1}: b\r\n\r\n", .malformedField),
        ("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", .malformedField),
        ("GET / HTTP/1.1\r\nHost: a\r\nnothing\r\n\r\n", .malformedField),
        ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", .whitespaceBeforeColon),
        ("GET / HTTP/1.1\r\n\r\n", .missingHost),
        ("GET / HTTP/1.1\r\nHost: a\r\nHOST: a\r\n\r\n", .repeatedHost),
        ("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", .malformedHost),
        ("GET / HTTP/1.1\r\nHost: u@a/b\r\n\r\n", .malformedHost),
        ("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n", .malformedContentLength),
        ("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", .malformedContentLength),
        ("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", .malformedContentLength),
        ("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999999999999\r\n\r\n", .malformedContentLength),
        ("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", .repeatedContentLength),
        (
            "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            .lengthWithTransferCoding
        ),
        (
            "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            .malformedTransferCoding
        ),
        ("PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", .malformedTransferCoding),
        ("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .unknownTransferCoding),
        ("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", .unknownTransferCoding),
        ("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n", .unsupportedExpectation),
    ]

    @Test(arguments: refusals)
    func refuses(_ text: String, _ error: ProtocolError) {
        #expect(parse(text, pieces: text.utf8.count, limits: standard) == .refused(error, after: 0))
    }

    @Test func outcomeDoesNotDependOnThePieces() {
        let good = [
            "GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b?c HTTP/1.1\r\nHost: b\r\nX: \t y z\t\r\n\r\n",
            "\r\nPUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n", "GET / HTTP/1.0\r\n\r\nGET",
        ]
        for text in good + Self.refusals.map(\.0) {
            let whole = parse(text, pieces: text.utf8.count, limits: standard)
            for size in 1...7 { #expect(parse(text, pieces: size, limits: standard) == whole, "\(size): \(text)") }
        }
    }

    @Test func limitsAreExact() {
        var limits = ServerLimits()
        limits.targetBytes = 100
        limits.headerBytes = 200
        limits.headerFields = 3
        func target(_ length: Int) -> String { "GET /" + String(repeating: "a", count: length - 1) }
        let end = " HTTP/1.1\r\nHost: a\r\n\r\n"
        // The lines and their line breaks up to the empty line count: "Host: a" takes 9, "X: " and its break 5.
        func section(_ value: Int) -> String {
            "GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "v", count: value) + "\r\n\r\n"
        }
        for size in [1, 10_000] {
            guard case .heads(let heads, rest: 0) = parse(target(100) + end, pieces: size, limits: limits) else {
                Issue.record("refused")
                return
            }
            #expect(heads.count == 1)
            #expect(
                parse(target(101) + end, pieces: size, limits: limits) == .refused(.targetTooLong(limit: 100), after: 0)
            )
            #expect(
                parse(target(9_000), pieces: size, limits: limits) == .refused(.targetTooLong(limit: 100), after: 0))
            guard case .heads(let heads, rest: 0) = parse(section(200 - 14), pieces: size, limits: limits) else {
                Issue.record("refused")
                return
            }
            #expect(heads.count == 1)
            for value in [200 - 13, 5_000] {
                #expect(
                    parse(section(value), pieces: size, limits: limits)
                        == .refused(.headersTooLarge(limit: 200), after: 0))
            }
            let four = "GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n"
            #expect(parse(four, pieces: size, limits: limits) == .refused(.tooManyFields(limit: 3), after: 0))
        }
    }

    @Test func mutatedRequestsDoNoMoreThanThrow() {
        var generator = Xorshift(state: 7)
        let seeds = Self.refusals.map(\.0) + ["PUT /a?b=c HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nX: y\r\n\r\n"]
        var accepted = 0
        for round in 0..<20_000 {
            var bytes = Array(seeds[round % seeds.count].utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            var parser = RequestParser(limits: standard)
            let result = bytes.withUnsafeBufferPointer { buffer in
                Result { () throws(ProtocolError) in try parser.parse(buffer) }
            }
            if case .success(.some) = result { accepted += 1 }
        }
        // Some mutations are harmless: a digit of the length, a letter of the host.
        #expect(accepted > 0 && accepted < 10_000)
    }
}

/// A small generator, so that the rounds are the same everywhere.
struct Xorshift: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
