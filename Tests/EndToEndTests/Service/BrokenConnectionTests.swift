import Foundation
import TestSupport
import Testing

/// Clients that say too little, or nonsense, or leave in the middle.
struct BrokenConnectionTests {
    private let directory: TemporaryDirectory
    private let service: ServiceProcess

    init() async throws {
        directory = try TemporaryDirectory()
        service = try await ServiceProcess.start(in: directory, environment: [:])
    }

    /// That nobody's half request left anything, and that the service ends in order.
    private func expectNoTrace(at location: SourceLocation = #_sourceLocation) async throws {
        try await service.get("/readyz", accept: "*/*", expecting: 200, at: location)
        #expect(await service.stop() == .exit(0), sourceLocation: location)
        let incoming = directory.url.appending(path: "data/incoming").path
        #expect(try FileManager.default.contentsOfDirectory(atPath: incoming).isEmpty, sourceLocation: location)
        #expect(!service.logText.contains(" error "), "\(service.logText)", sourceLocation: location)
    }

    private static let form =
        "POST /v1/explanations HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        + "Content-Length: 100000\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"video\"; filename=\"a\"\r\n\r\nabc"

    @Test(arguments: [
        "G", "GET /v1/vid", "GET /readyz HTTP/1.1\r\nHost: x\r\nAcc",
        "POST /v1/videos HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n",
        "POST /v1/videos HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\nabcdef",
        "POST /v1/videos HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2000000\r\n\r\n",
        BrokenConnectionTests.form,
        "POST /v1/explanations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 80\r\n\r\n{\"vi",
    ])
    func leavingInARequest(_ beginning: String) async throws {
        for reset in [false, true] {
            let connection = try RawConnection(service)
            connection.send(beginning.utf8)
            connection.send([UInt8](repeating: 1, count: beginning.contains("2000000") ? 1_500_000 : 0))
            if reset { connection.resetAtClose() }
        }
        for path in ["/v1/videos", "/v1/explanations"] {
            #expect(try await service.document(path, as: ListBody.self).items.isEmpty)
        }
        try await expectNoTrace()
    }

    @Test(arguments: [
        (
            "POST /v1/videos HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\nabc", "request.incomplete",
            "closed the connection"
        ),
        (
            "POST /v1/videos HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\nabcdef",
            "request.incomplete", "closed the connection"
        ),
        (BrokenConnectionTests.form, "request.incomplete", "closed the connection"),
    ])
    func endingInARequest(_ beginning: String, _ code: String, _ detail: String) async throws {
        let connection = try RawConnection(service)
        connection.send(beginning.utf8)
        connection.finishSending()
        let answer = try connection.answer()
        #expect(answer.status == 400)
        let problem = try answer.decoded(as: ProblemBody.self)
        #expect(problem.code == code, "\(problem)")
        #expect(problem.detail.contains(detail), "\(problem)")
        try await expectNoTrace()
    }

    @Test func leavingInAnAnswer() async throws {
        let video = try await service.videoID(of: RealClip.shared.value.url)
        let explanation = try await service.explain(
            video, #""model":"moving-shapes-sides","method":"gradient","checks":[]"#)
        let long = try await service.explain(
            video, #""model":"moving-shapes-sides","method":"gradient","checks":[],"seed":2"#)
        for path in [
            "/v1/explanations/\(explanation.id)/maps/pixels", "/v1/videos/\(video)/content",
            "/v1/explanations/\(long.id)/events", "/v1/explanations/\(long.id)?wait=60",
        ] {
            for reset in [false, true] {
                let connection = try RawConnection(service)
                connection.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
                #expect(connection.receive(15) == Array("HTTP/1.1 200 OK".utf8))
                if reset { connection.resetAtClose() }
            }
        }
        #expect(try await service.npy(explanation, "flow").count == 128 + 4 * 2 * 31 * 112 * 112)
        try await expectNoTrace()
    }

    @Test func leavingBeforeAnAnswer() async throws {
        let video = try await service.videoID(of: RealClip.shared.value.url)
        let body = #"{"video":"\#(video)","model":"moving-shapes-sides","samples":3,"checks":[]}"#
        let head = "Host: x\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        do {
            let connection = try RawConnection(service)
            connection.send("POST /v1/explanations?wait=300 HTTP/1.1\r\n\(head)\(body)".utf8)
            // The job is accepted whether or not anybody waits; the second request comes after it.
            for _ in 0..<10_000 {
                if try await !service.document("/v1/explanations", as: ListBody.self).items.isEmpty { break }
            }
        }
        let job = try #require(try await service.document("/v1/explanations", as: ListBody.self).items.first)
        #expect(try await service.finished(job.id).state == "succeeded")
        try await expectNoTrace()
    }

    @Test(arguments: [
        ("garbage\r\n\r\n", 400, "http.malformed-request-line"),
        ("GET /readyz HTTP/1.1\r\n\r\n", 400, "http.missing-host"),
        ("GET /readyz HTTP/3.0\r\nHost: x\r\n\r\n", 505, "http.unsupported-version"),
        ("GET /readyz HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n", 400, "http.whitespace-before-colon"),
        (
            "POST /v1/videos HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400, "http.length-with-transfer-coding"
        ),
        ("POST /v1/videos HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400, "http.malformed-content-length"),
        (
            "POST /v1/videos HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
            400,
            "request.malformed-chunk"
        ),
        ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\r\n\r\n", 400, "http.malformed-request-line"),
    ])
    func nonsense(_ text: String, _ status: Int, _ code: String) async throws {
        let connection = try RawConnection(service)
        connection.send(text.utf8)
        let answer = try connection.answer()
        #expect(answer.status == status)
        try await service.expectProblem(answer, code, ".")
    }
}
