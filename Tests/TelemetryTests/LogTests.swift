import Foundation
import Logging
import Synchronization
import Telemetry
import Testing

struct LogTests {
    /// What a logger writes.
    private func lines(_ body: (inout Logger) -> Void) -> [String] {
        let written = Written()
        var logger = Logger(label: "test", factory: { _ in JSONLogHandler { written.add($0) } })
        body(&logger)
        return written.all
    }

    private final class Written: Sendable {
        private let lines = Mutex<[String]>([])
        func add(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
    }

    @Test func eachRecordIsOneLineOfJSON() throws {
        let written = lines { logger in
            logger[metadataKey: "job.id"] = "exp_1"
            logger.info("it \"ended\"\n\u{1}\u{2028}\u{7F}é", metadata: ["level": "mine", "n": "\(3)"])
            logger.debug("too fine")
            logger.error("list", metadata: ["of": .array(["a", .dictionary(["b": "c"])])])
        }
        #expect(written.count == 2 && written.allSatisfy { $0.hasSuffix("}\n") && !$0.dropLast().contains("\n") })
        let first = try #require(try JSONSerialization.jsonObject(with: Data(written[0].utf8)) as? [String: Any])
        #expect(first["message"] as? String == "it \"ended\"\n\u{1}\u{2028}\u{7F}é")
        #expect(first["level"] as? String == "info" && first["metadata.level"] as? String == "mine")
        #expect(first["job.id"] as? String == "exp_1" && first["n"] as? String == "3")
        let time = try #require(first["time"] as? String)
        #expect(time.wholeMatch(of: /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/) != nil, "\(time)")
        #expect(!written[0].contains("\u{2028}") && !written[0].contains("\u{7F}"))
        let second = try #require(try JSONSerialization.jsonObject(with: Data(written[1].utf8)) as? [String: Any])
        let list = try #require(second["of"] as? [Any])
        #expect(list[0] as? String == "a" && list[1] as? [String: String] == ["b": "c"])
    }

    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let parent = "00f067aa0ba902b7"

    @Test(arguments: ["00-\(trace)-\(parent)-01", "cc-\(trace)-\(parent)-01-what-comes-later"])
    func tracesAreTaken(_ header: String) throws {
        let context = try #require(TraceContext(header))
        #expect(context.trace == Self.trace && context.parent == Self.parent)
    }

    @Test(arguments: [
        "", "00", "00-\(trace)-\(parent)", "00-\(trace)-\(parent)-01-more", "ff-\(trace)-\(parent)-01",
        "00-\(trace.uppercased())-\(parent)-01", "00-\(trace.dropLast())-\(parent)-01",
        "00-\(String(repeating: "0", count: 32))-\(parent)-01", "00-\(trace)-\(String(repeating: "0", count: 16))-01",
        "00-\(trace)-\(parent)-1", "00-\(trace)-\(parent)-zz", "0-\(trace)-\(parent)-01",
        "00-\(trace)-\(parent)-01, 00-\(trace)-\(parent)-01", "00-\(trace)\n-\(parent)-01",
    ])
    func whatIsNoTraceIsIgnored(_ header: String) { #expect(TraceContext(header) == nil) }

    @Test func requestsKeepAPlainIdentifier() {
        let kept = [
            "0123456789abcdef", "0AF76519-16cd-43dd-8448-eb211c80319c", String(repeating: "e", count: 64),
        ]
        for id in kept { #expect(RequestIdentifier.of(id) == id) }
        let others = [
            "", "a", "0123456789abcde", "0123456789abcdef g", "0123456789abcdef\n", "Meier-1955-01-01",
            "0123456789abcdeé", String(repeating: "e", count: 65),
        ]
        for id in others { #expect(RequestIdentifier.of(id).wholeMatch(of: /[0-9a-f]{32}/) != nil) }
        let made = (0..<100).map { _ in RequestIdentifier.of(nil) }
        #expect(Set(made).count == 100 && made.allSatisfy { RequestIdentifier.of($0) == $0 })
    }
}
