import Foundation
import TestSupport
import Testing

/// The contract against requests that nobody thought of.
struct GeneratedRequestTests {
    @Test func noAnswerContradictsTheContract() async throws {
        let directory = try TemporaryDirectory()
        // Among the requests are evaluations, which then run beside the other tests: on one thread.
        let service = try await ServiceProcess.start(in: directory, environment: ["CINEGRAD_WORKERS_THREADS": "1"])
        let errors = directory.url.appending(path: "errors")
        let child = try ChildProcess(
            "bash", [ProjectFile.url("Tests/Contract/run.sh").path, service.url],
            environment: ["HOME": directory.url.path], output: .pipe, errors: errors)
        let output = String(decoding: await child.output.rest(), as: UTF8.self)
        let ending = await child.ending()
        let told = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
        // 77: there is no way to the package index. Every other test holds its answers against the contract too.
        #expect(ending == .exit(0) || ending == .exit(77), "\(output.suffix(6000))\(told)")
        if ending == .exit(0) { #expect(output.matches(of: /Tested: +[0-9]+/).count == 2, "\(output.suffix(2000))") }
        #expect(await service.stop() == .exit(0))
    }
}
