import Foundation
import TestSupport
import Testing

/// Short forms of the scripts whose long runs are written down in docs/operations.md.
struct CrashTests {
    private func run(_ script: String, _ arguments: [String]) async throws -> (ChildProcess.Ending, String) {
        let directory = try TemporaryDirectory()
        let errors = directory.url.appending(path: "errors")
        await Slots.services.take()
        defer { Slots.services.give() }
        let child = try ChildProcess(
            "python3",
            [ProjectFile.url("Benchmarks/\(script)").path, "--binary", try BuiltBinary.url.path] + arguments,
            environment: ["PYTHONDONTWRITEBYTECODE": "1"], output: .pipe, errors: errors)
        let output = String(decoding: await child.output.rest(), as: UTF8.self)
        let ending = await child.ending()
        return (ending, output + ((try? String(contentsOf: errors, encoding: .utf8)) ?? ""))
    }

    @Test func nothingAcknowledgedIsLostWhenTheServiceIsKilled() async throws {
        let (ending, output) = try await run("crash.py", ["--kills", "3", "--clients", "3", "--longest", "0.7"])
        #expect(ending == .exit(0) && output.contains("3 kills survived"), "\(output.suffix(3000))")
    }

    @Test func nothingIsAcknowledgedBeforeItIsOnTheDisk() async throws {
        let (ending, output) = try await run("fsync_order.py", [])
        #expect(ending == .exit(0) && output.hasSuffix("answer 202\n"), "\(output.suffix(3000))")
    }
}
