import Foundation
import TestSupport
import Testing

/// A `cinegrad serve` that runs.
struct ServiceProcess: Sendable {
    /// Without a slash at its end.
    let url: String
    let port: Int
    /// What it printed when it was ready.
    let greeting: String
    let child: ChildProcess
    private let log: URL

    /// Starts the service on a free port and returns when it is ready.
    /// - Parameters:
    ///   - directory: holds the data directory, and the log of all runs.
    ///   - environment: `CINEGRAD_…` variables.
    ///   - kibibytesPerFile: how large a file may be that it writes, as on a full disk.
    static func start(
        in directory: TemporaryDirectory, environment: [String: String], kibibytesPerFile: Int? = nil,
        at location: SourceLocation = #_sourceLocation
    ) async throws -> ServiceProcess {
        let log = directory.url.appending(path: "log")
        let child = try await BuiltBinary.run(
            ["serve", "--port", "0", "--data-directory", directory.url.appending(path: "data").path],
            environment: environment, home: directory, errors: log, slots: .services,
            kibibytesPerFile: kibibytesPerFile)
        let greeting = await child.output.text(through: "-o error.png\n")
        let match = try #require(
            greeting.firstMatch(of: /^Cinegrad is ready at (http:\/\/127\.0\.0\.1:([0-9]+))\n/),
            "the service did not start: \(Self.text(log))", sourceLocation: location)
        let port = try #require(Int(match.2), sourceLocation: location)
        return ServiceProcess(url: String(match.1), port: port, greeting: greeting, child: child, log: log)
    }

    /// The log of all runs on this directory.
    var logText: String { Self.text(log) }

    /// Asks it to stop.
    func stop() async -> ChildProcess.Ending {
        child.send(SIGTERM)
        return await child.ending()
    }

    private static func text(_ log: URL) -> String {
        (try? String(contentsOf: log, encoding: .utf8)) ?? "(no log)"
    }
}

/// The binary that was built together with the tests.
enum BuiltBinary {
    /// Beside the test bundle, where one build puts all its products.
    static var url: URL {
        get throws {
            let bundle = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            let binary = bundle.deletingLastPathComponent().appending(path: "cinegrad")
            try #require(
                FileManager.default.isExecutableFile(atPath: binary.path),
                "\(binary.path) is missing: build it with `swift build -c release --product cinegrad`")
            return binary
        }
    }

    /// Starts it as soon as one of the slots is free, which it keeps until it ends.
    static func run(
        _ arguments: [String], environment: [String: String], home: TemporaryDirectory, errors: URL, slots: Slots,
        kibibytesPerFile: Int? = nil
    ) async throws -> ChildProcess {
        // A home of its own, so that no data of whoever runs the tests is touched.
        let home = ["HOME": home.url.path, "XDG_DATA_HOME": ""]
        await slots.take()
        do {
            let limit = kibibytesPerFile.map { ["bash", "-c", "ulimit -f \($0); exec \"$@\"", "bash"] } ?? []
            let words = limit + [try url.path] + arguments
            let child = try ChildProcess(
                words[0], Array(words.dropFirst()), environment: home.merging(environment) { $1 }, output: .pipe,
                errors: errors)
            child.afterEnd { slots.give() }
            return child
        } catch {
            slots.give()
            throw error
        }
    }

    /// Runs it to its end.
    static func end(
        _ arguments: [String], environment: [String: String], in directory: TemporaryDirectory
    ) async throws -> (ending: ChildProcess.Ending, output: String, errors: String) {
        let errors = directory.url.appending(path: "errors-\(UUID().uuidString)")
        let child = try await run(
            arguments, environment: environment, home: directory, errors: errors, slots: .commands)
        let output = await child.output.rest()
        let ending = await child.ending()
        return (ending, String(decoding: output, as: UTF8.self), try String(contentsOf: errors, encoding: .utf8))
    }
}
