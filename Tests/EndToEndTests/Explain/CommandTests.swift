import Foundation
import TestSupport
import Testing

/// The words of the command line.
struct CommandTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test(arguments: [
        ["--help"], ["explain", "--help"], ["serve", "--help"], ["help", "explain"], [],
        ["models", "--help"], ["models", "inspect", "--help"], ["models", "add", "--help"],
        ["models", "list", "--help"],
        ["models", "remove", "--help"], ["models", "test", "--help"], ["dataset", "moving-shapes", "--help"],
    ])
    func helpFitsATerminal(_ arguments: [String]) async throws {
        let (ending, text, errors) = try await BuiltBinary.end(arguments, environment: [:], in: directory)
        #expect(ending == .exit(0))
        #expect(errors.isEmpty)
        #expect(text.hasPrefix("OVERVIEW: "))
        #expect(text.contains("\nUSAGE: cinegrad"))
        // One line of usage may be longer.
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("USAGE: ") }
        #expect(lines.allSatisfy { $0.count <= 80 })
        // An example that is broken into two lines cannot be pasted.
        #expect(lines.allSatisfy { !$0.hasPrefix("--") })
    }

    @Test func helpNamesWhatThereIs() async throws {
        let top = try await BuiltBinary.end(["--help"], environment: [:], in: directory).output
        for word in ["serve ", "explain ", "models ", "--version", "Begin with:", "Not for diagnosis"] {
            #expect(top.contains(word), "\(word)")
        }
        let explain = try await BuiltBinary.end(["explain", "--help"], environment: [:], in: directory).output
        for option in [
            "--model", "--checkpoint", "--output", "--target", "--method", "--space", "--samples", "--noise", "--seed",
            "--flow", "--windows", "--window-stride", "--window-overlap", "--window-count", "--clip-start",
            "--clip-frames", "--clip-period", "--clip-padding", "--check", "--threads",
            "--dry-run", "--quiet",
        ] {
            #expect(explain.contains("  \(option) ") || explain.contains(", \(option) "), "\(option)")
        }
    }

    @Test func theVersionIsThatOfTheService() async throws {
        let (ending, text, _) = try await BuiltBinary.end(["--version"], environment: [:], in: directory)
        #expect(ending == .exit(0))
        let service = try await ServiceProcess.start(in: directory, environment: [:])
        let version = try await service.document("/version", as: VersionBody.self).version
        #expect(text == version + "\n")
    }

    @Test(arguments: [
        (["fly"], "Unexpected argument 'fly'"),
        (["--fast"], "Unknown option '--fast'"),
        (["explain"], "Missing expected argument '<video>'"),
        (["explain", "a.mp4"], "Missing expected argument '--model"),
        (["explain", "a.mp4", "--model"], "Missing value for '--model"),
        (["explain", "a.mp4", "b.mp4", "--model", "m"], "unexpected argument"),
        (["explain", "a.mp4", "--model", "m", "--samples", "many"], "'many' is invalid for '--samples"),
        (["explain", "a.mp4", "--model", "m", "--seed", "-1"], "--seed"),
        (["explain", "a.mp4", "--model", "m", "--threads", "0"], "--threads takes 1 to 1024"),
        (["serve", "--port", "http"], "'http' is invalid for '--port"),
        (["serve", "--quiet"], "Unknown option '--quiet'"),
    ])
    func wrongArgumentsAreNamed(_ arguments: [String], _ message: String) async throws {
        let (ending, output, errors) = try await BuiltBinary.end(arguments, environment: [:], in: directory)
        // EX_USAGE of sysexits.h.
        #expect(ending == .exit(64))
        #expect(output.isEmpty)
        #expect(errors.hasPrefix("Error: "), "\(errors)")
        #expect(errors.lowercased().contains(message.lowercased()), "\(errors)")
        #expect(errors.contains("--help"), "\(errors)")
    }
}

private struct VersionBody: Decodable {
    let version: String
}
