import Foundation
import TestSupport
import Testing

/// What real clients see: Python's requests and httpx, directly and through nginx.
struct ClientTests {
    @Test func clientsAndAProxySeeWhatTheyShould() async throws {
        let directory = try TemporaryDirectory()
        let service = try await ServiceProcess.start(in: directory, environment: [:])
        let errors = directory.url.appending(path: "errors")
        // Debian's own, which has the two libraries.
        let child = try ChildProcess(
            "/usr/bin/python3", [ProjectFile.url("Tests/Clients/clients.py").path, service.url],
            environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR": directory.url.path], output: .pipe,
            errors: errors)
        let output = String(decoding: await child.output.rest(), as: UTF8.self)
        let ending = await child.ending()
        let told = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
        #expect(ending == .exit(0) && output.hasSuffix("{\"clients\": 4}\n"), "\(output)\(told.suffix(3000))")
        #expect(await service.stop() == .exit(0))
    }
}
