import Foundation
import HTTPServer
import HTTPTypes
import Jobs
import Logging
import Store
import Synchronization
import TestSupport
import Testing

/// Telling the ends of explanations, signed and again until somebody has them.
struct WebhookTests {
    private static let secret = Data("0123456789abcdef0123456789abcdef".utf8)
    private let fixture: JobsFixture
    private var store: Store { fixture.store }

    init() throws { fixture = try JobsFixture() }

    /// An explanation that has failed, with a webhook.
    private func ended(_ url: String) throws -> String {
        let outcome = try store.enqueue(
            request: "{}", videoID: "v", modelID: "m", artefacts: [], idempotency: nil, webhook: url)
        guard case .created(let record) = outcome else { throw UnexpectedOutcome() }
        let job = try #require(try store.claim(worker: "w", lease: .seconds(60)))
        #expect(try store.fail(job, code: "video.truncated", message: "It ends too early."))
        return record.id
    }

    private func courier(_ send: @escaping @Sendable (String, WebhookMessage) -> Int?) -> WebhookCourier {
        WebhookCourier(store: store, secret: Self.secret, logger: fixture.log.logger, send: send)
    }

    @Test func whatIsToldIsSigned() throws {
        let id = try ended("https://a.example/")
        let record = try #require(try store.explanation(id: id))
        let message = WebhookMessage(record, secret: Self.secret, now: Date(timeIntervalSince1970: 1_700_000_000.9))
        let body = try #require(try JSONSerialization.jsonObject(with: message.body) as? [String: String])
        #expect(body["id"] == id && body["state"] == "failed" && body["error"] == "video.truncated")
        #expect(body["link"] == "/v1/explanations/\(id)" && body["finished_at"]?.hasSuffix("Z") == true)
        #expect(Set(body.keys) == ["id", "state", "error", "link", "finished_at"])
        #expect(message.signature.wholeMatch(of: /t=1700000000,v1=[0-9a-f]{64}/) != nil)
        // Another secret, another time or another body has another signature.
        let others = [
            WebhookMessage(record, secret: Data("x".utf8), now: Date(timeIntervalSince1970: 1_700_000_000)),
            WebhookMessage(record, secret: Self.secret, now: Date(timeIntervalSince1970: 1_700_000_001)),
        ]
        for other in others { #expect(other.signature.suffix(64) != message.signature.suffix(64)) }
    }

    @Test func nothingIsToldBeforeTheEndAndNothingTwice() throws {
        let told = Mutex<[String]>([])
        let courier = courier { url, _ in
            told.withLock { $0.append(url) }
            return 204
        }
        _ = try store.enqueue(
            request: "{}", videoID: "v", modelID: "m", artefacts: [], idempotency: nil, webhook: "https://b.example/")
        #expect(try courier.deliver(now: Date()) == 0)
        let job = try #require(try store.claim(worker: "w", lease: .seconds(60)))
        #expect(try courier.deliver(now: Date()) == 0)
        #expect(try store.complete(job, result: "{}", maps: [], clip: nil, artefacts: []))
        #expect(try courier.deliver(now: Date()) == 1)
        #expect(try courier.deliver(now: Date() + 1e6) == 0)
        #expect(told.withLock { $0 } == ["https://b.example/"])
    }

    /// What is due is in the store: a new courier, as after a restart, goes on where the first one was.
    @Test func itIsTriedAgainLaterAndLaterAndGivenUp() throws {
        let id = try ended("https://a.example/")
        let statuses = Mutex<[Int?]>([500, nil, 302, 404, 503, nil, 500, 429, 500])
        var now = Date()
        for delay in WebhookCourier.delays {
            let courier = courier { _, _ in statuses.withLock { $0.removeFirst() } }
            #expect(try courier.deliver(now: now) == 1)
            #expect(try courier.deliver(now: now + delay - 0.01) == 0)
            now += delay + 0.01
        }
        let last = courier { _, _ in statuses.withLock { $0.removeFirst() } }
        #expect(try last.deliver(now: now) == 1)
        #expect(try last.deliver(now: now + 1e9) == 0)
        #expect(statuses.withLock { $0.isEmpty })
        #expect(fixture.log.all.contains { $0.contains("a webhook was given up") && $0.contains(id) })
        #expect(fixture.log.all.allSatisfy { !$0.contains("a.example") })
    }

    @Test func whoIsGoneIsToldNoMore() throws {
        _ = try ended("https://a.example/")
        let courier = courier { _, _ in 410 }
        #expect(try courier.deliver(now: Date()) == 1)
        #expect(try courier.deliver(now: Date() + 1e9) == 0)
    }

    @Test func severalAreToldAtATime() throws {
        for index in 0..<10 { _ = try ended("https://a.example/\(index)") }
        let courier = courier { _, _ in 200 }
        #expect(try courier.deliver(now: Date()) == 8)
        #expect(try courier.deliver(now: Date()) == 2)
    }

    /// The real program, over a real connection.
    @Test func curlSendsIt() async throws {
        let received = Mutex<[(head: HTTPRequest, body: String)]>([])
        let listener = Listener(
            configuration: ServerConfiguration(host: "127.0.0.1", port: 0, limits: ServerLimits()),
            logger: fixture.log.logger,
            responder: { request in
                let body = (try? await request.body.collect(upTo: 1 << 20)) ?? []
                received.withLock { $0.append((request.head, String(decoding: body, as: UTF8.self))) }
                let isMoved = request.path == "/moved"
                return Response(
                    status: isMoved ? .found : .noContent, headers: isMoved ? [.location: "/elsewhere"] : [:],
                    body: .empty)
            }, refusal: { Response(status: $0.status, headers: [:], body: .empty) })
        let address = try await listener.start()
        let url = "http://127.0.0.1:\(address.port)"
        let id = try ended("\(url)/told?by=curl&x=%20")
        let moved = try ended("\(url)/moved")
        let courier = WebhookCourier(store: store, secret: Self.secret, logger: fixture.log.logger)
        let count = try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Int, any Error>) in
            DispatchQueue(label: "test").async {
                continuation.resume(with: Result { try courier.deliver(now: Date()) })
            }
        }
        await listener.shutdown(within: .seconds(10))
        #expect(count == 2)
        let requests = received.withLock { $0 }
        // The one that was sent elsewhere did not go there.
        #expect(Set(requests.compactMap(\.head.path)) == ["/told?by=curl&x=%20", "/moved"])
        let told = try #require(requests.first { $0.head.path != "/moved" })
        let name = try #require(HTTPField.Name(WebhookMessage.signatureField))
        let signature = try #require(told.head.headerFields[name])
        #expect(told.head.method == .post && told.head.headerFields[.contentType] == "application/json")
        #expect(told.body.contains(id))
        // As a receiver checks it.
        let time = try #require(Double(signature.dropFirst(2).prefix { $0 != "," }))
        let record = try #require(try store.explanation(id: id))
        let again = WebhookMessage(record, secret: Self.secret, now: Date(timeIntervalSince1970: time))
        #expect(again.signature == signature && String(decoding: again.body, as: UTF8.self) == told.body)
        let due = try store.dueWebhooks(at: Date() + 3600, limit: 9)
        #expect(due.map(\.explanation.id) == [moved] && due.map(\.attempts) == [1])
    }

    @Test func nobodyAnswersWhereNobodyListens() throws {
        // Port 1 belongs to a service that nobody runs.
        _ = try ended("http://127.0.0.1:1/")
        let courier = WebhookCourier(store: store, secret: Self.secret, logger: fixture.log.logger)
        #expect(try courier.deliver(now: Date()) == 1)
        #expect(try store.dueWebhooks(at: Date() + 3600, limit: 9).map(\.attempts) == [1])
    }
}

/// Where webhooks may go.
struct WebhookPolicyTests {
    @Test(arguments: [
        ("https://a.example/", true), ("https://a.example", true), ("https://a.example:443/x?y=1", true),
        ("https://b.example:8443/deep/path", true), ("http://127.0.0.1:9000/", true),
        ("http://a.example/", false), ("https://a.example:444/", false), ("https://b.example/", false),
        ("https://a.example.evil.org/", false), ("https://a.example@evil.org/", false),
        ("https://evil.org/https://a.example/", false), ("https://evil.org#a.example/", false),
        ("https://a.example\\@evil.org/", false), ("https://A.example/", false), ("HTTPS://a.example/", false),
        ("http://127.0.0.1/", false), ("http://127.0.0.1:9001/", false), ("http://[::1]:9000/", false),
        ("http://2130706433:9000/", false), ("file:///etc/passwd", false), ("gopher://a.example/", false),
        ("https://a.example/\r\nHost: b", false), ("https://a.example/ü", false), ("", false), ("/", false),
        ("https://a.example/#f", false), ("https://a.example/{1,2}", false), (" https://a.example/", false),
    ])
    func onlyWhatIsNamed(url: String, isAllowed: Bool) throws {
        let policy = try #require(
            WebhookPolicy("https://a.example, https://b.example:8443,http://127.0.0.1:9000"))
        #expect(policy.allows(url) == isAllowed)
        #expect(!WebhookPolicy.none.allows(url))
    }

    @Test func longAddressesAreNotAllowed() throws {
        let policy = try #require(WebhookPolicy("https://a.example"))
        #expect(!policy.allows("https://a.example/" + String(repeating: "a", count: 1024)))
    }

    @Test(arguments: [
        "", ",", "https://a.example,", "http://a.example", "https://a.example/", "https://a.example/path", "a.example",
        "https://a.example:99999", "https://*", "https://-a", "ftp://127.0.0.1",
    ])
    func originsThatAreNone(text: String) {
        #expect(WebhookPolicy(text) == nil)
    }
}
