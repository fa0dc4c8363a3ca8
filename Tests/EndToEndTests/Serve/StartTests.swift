import Foundation
import Glibc
import Store
import TestSupport
import Testing

/// What keeps the service from starting, and how it ends.
struct StartTests {
    private func refusal(
        _ arguments: [String], environment: [String: String] = [:], in directory: TemporaryDirectory,
        at location: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let (ending, output, errors) = try await BuiltBinary.end(
            ["serve"] + arguments, environment: environment, in: directory)
        #expect(ending == .exit(1), sourceLocation: location)
        #expect(output.isEmpty, sourceLocation: location)
        #expect(errors.hasPrefix("Error: "), sourceLocation: location)
        #expect(errors.split(separator: "\n").count == 1, "\(errors)", sourceLocation: location)
        return errors
    }

    @Test func aPortInUseIsNamed() async throws {
        let (first, second) = (try TemporaryDirectory(), try TemporaryDirectory())
        let service = try await ServiceProcess.start(in: first, environment: [:])
        let message = try await refusal(
            ["--port", String(service.port), "--data-directory", second.url.path], in: second)
        #expect(message.contains("127.0.0.1 port \(service.port) is in use"))
        #expect(try await service.get("/healthz", accept: "*/*", expecting: 200).status == 200)
    }

    @Test func aDataDirectoryBelongsToOneProcess() async throws {
        let directory = try TemporaryDirectory()
        let service = try await ServiceProcess.start(in: directory, environment: [:])
        let data = directory.url.appending(path: "data").path
        let message = try await refusal(["--port", "0", "--data-directory", data], in: directory)
        #expect(message.contains("the data directory \(data) cannot be used"))
        #expect(message.contains("is in use by another process"))
        #expect(try await service.get("/readyz", accept: "*/*", expecting: 200).status == 200)
    }

    @Test func aDataDirectoryThatIsNoneIsNamed() async throws {
        let directory = try TemporaryDirectory()
        let file = directory.url.appending(path: "file")
        try Data().write(to: file)
        for path in [file.path, file.path + "/below", "/proc/cinegrad"] {
            let message = try await refusal(["--port", "0", "--data-directory", path], in: directory)
            #expect(message.contains("the data directory \(path) cannot be used"))
        }
    }

    @Test func wrongSettingsAreNamedWithTheirOrigin() async throws {
        let directory = try TemporaryDirectory()
        let file = directory.url.appending(path: "cinegrad.yaml")
        try Data("workers:\n  count: many\n".utf8).write(to: file)
        #expect(
            try await refusal(["--config", file.path], in: directory)
                == "Error: workers.count is \"many\" (from \(file.path), line 2): expected a whole number from 1 to 256\n"
        )
        try Data("server:\n  prot: 8080\n".utf8).write(to: file)
        #expect(
            try await refusal(["--config", file.path], in: directory).hasPrefix(
                "Error: \(file.path), line 2: there is no setting server.prot; there are server.host, server.port"))
        #expect(
            try await refusal([], environment: ["CINEGRAD_LOG_LEVEL": "loud"], in: directory).contains(
                "log.level is \"loud\" (from the environment variable CINEGRAD_LOG_LEVEL)"))
        #expect(
            try await refusal(["--host", "0.0.0.0"], in: directory).contains(
                "put a proxy with TLS in front of it and set server.tls-in-front: true"))
        #expect(try await refusal(["--host", "127.0.0.1.5"], in: directory).contains("server.host"))
        #expect(try await refusal(["--config", "absent.yaml"], in: directory).contains("there is no such file"))
    }

    @Test(arguments: ["127.0.0.1", "0.0.0.0"]) func whereOthersReachItThereIsAToken(_ host: String) async throws {
        let directory = try TemporaryDirectory()
        let data = directory.url.appending(path: "data").path
        let environment = ["CINEGRAD_SERVER_TLS_IN_FRONT": "true"]
        let arguments = ["--port", "0", "--data-directory", data, "--host", host]
        func expectRefusal() async throws {
            let message = try await refusal(arguments, environment: environment, in: directory)
            #expect(message.contains("there is no token that can be used: make one"))
        }
        try await expectRefusal()
        let tokens = try Store.beside(URL(filePath: data))
        let expired = try tokens.createToken(name: "a", scopes: [.manage], expiresAt: Date() - 1)
        let revoked = try tokens.createToken(name: "b", scopes: [.manage], expiresAt: Date() + 1000)
        _ = try tokens.revokeToken(id: revoked.record.id)
        try await expectRefusal()
        #expect(try tokens.token(expired.token) == nil)
    }

    @Test func whatItMakesIsForItsUserAlone() async throws {
        let directory = try TemporaryDirectory()
        let service = try await ServiceProcess.start(in: directory, environment: [:])
        let status = try String(contentsOfFile: "/proc/\(service.child.id)/status", encoding: .utf8)
        #expect(status.contains("Umask:\t0077\n"))
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func aSignalEndsItInOrder(_ signal: Int32) async throws {
        let directory = try TemporaryDirectory()
        let service = try await ServiceProcess.start(in: directory, environment: [:])
        service.child.send(signal)
        #expect(await service.child.ending() == .exit(0))
        #expect(service.logText.contains("stopped"))
    }

    @Test func theLogHasOneLineForEachThing() async throws {
        let directory = try TemporaryDirectory()
        let service = try await ServiceProcess.start(in: directory, environment: ["CINEGRAD_LOG_LEVEL": "trace"])
        try await service.curl("/v1/explanations/a%20b", [], expecting: 404)
        #expect(await service.stop() == .exit(0))
        let lines = service.logText.split(separator: "\n")
        #expect(
            lines.contains {
                $0.contains("answered") && $0.contains("http.status=404")
                    && $0.contains("http.route=/v1/explanations/{id}")
            })
        // What a client wrote into an address may be a name.
        #expect(!service.logText.contains("a%20b") && !service.logText.contains("a b"))
        #expect(lines.allSatisfy { $0.contains(#/^\d{4}-\d{2}-\d{2}T\S+ [a-z]+ cinegrad: /#) })
    }

    @Test func theLogCanBeOfJSON() async throws {
        let directory = try TemporaryDirectory()
        let service = try await ServiceProcess.start(
            in: directory, environment: ["CINEGRAD_LOG_LEVEL": "debug", "CINEGRAD_LOG_FORMAT": "json"])
        let (id, trace) = ("0af7651916cd43dd8448eb211c80319c", "4bf92f3577b34da6a3ce929d0e0e4736")
        let answer = try await service.curl(
            "/v1/videos/none",
            ["--header", "traceparent: 00-\(trace)-00f067aa0ba902b7-01", "--header", "X-Request-Id: \(id)"],
            expecting: 404)
        #expect(answer.headers["x-request-id"] == id)
        #expect(await service.stop() == .exit(0))
        let records = try service.logText.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: String])
        }
        let record = try #require(records.first { $0["request.id"] == id })
        #expect(record["message"] == "answered" && record["trace.id"] == trace && record["http.status"] == "404")
        #expect(record["http.route"] == "/v1/videos/{id}" && record["client.address"] == "127.0.0.1")
    }

    @Test func theServiceShowsThatItCanWork() async throws {
        let directory = try TemporaryDirectory()
        let service = try await ServiceProcess.start(in: directory, environment: [:])
        // The workers begin beside the server.
        var metrics = ""
        for _ in 0..<1000 where !metrics.contains("cinegrad_ready{subject=\"workers\"} 1\n") {
            metrics = try await service.curl("/metrics", [], expecting: 200).text
        }
        try await service.curl("/readyz", [], expecting: 200)
        for family in ["http_connections ", "http_received_bytes_total ", "job_wait_seconds"] {
            #expect(metrics.contains("cinegrad_\(family)"), "\(family)")
        }
        #expect(await service.stop() == .exit(0))
        // A disk without the room that is asked for.
        let full = try await ServiceProcess.start(
            in: directory, environment: ["CINEGRAD_LIMITS_DISK_RESERVE_BYTES": String(1 << 50)])
        let refusal = try await full.curl("/readyz", [], expecting: 503)
        #expect(refusal.text.contains("service.not-ready") && refusal.headers["retry-after"] == "5")
    }

    @Test func aDirectoryThatIsOpenToOthersIsToldOf() async throws {
        let directory = try TemporaryDirectory()
        let data = directory.url.appending(path: "data")
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: data.path)
        let open = try await ServiceProcess.start(in: directory, environment: [:])
        #expect(await open.stop() == .exit(0))
        #expect(open.logText.contains("its mode should be 0700"))
    }
}
