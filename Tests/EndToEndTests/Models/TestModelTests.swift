import TestSupport
import Testing

/// `cinegrad models test`, on few clips; docs/training.md has what it says of many.
struct TestModelTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func test(_ arguments: String...) async throws -> (
        ending: ChildProcess.Ending, output: String, errors: String
    ) {
        try await BuiltBinary.end(["models", "test"] + arguments, environment: [:], in: directory)
    }

    @Test(arguments: [[], ["--wider"]]) func bundledModelsAnswerFreshClips(_ more: [String]) async throws {
        let sides = try await BuiltBinary.end(
            ["models", "test", "moving-shapes-sides", "--clips", "24"] + more, environment: [:], in: directory)
        #expect(sides.ending == .exit(0) && sides.errors.isEmpty)
        let kind = more.isEmpty ? "standard" : "wider"
        let match = try #require(
            sides.output.firstMatch(
                of: /^moving-shapes-sides on 24 fresh ([a-z]+) clips: [0-9.]+ % right \(([0-9]+) of 24, 95 % interval/))
        // Who guesses gets eight.
        #expect(match.1 == kind && (Int(match.2) ?? 0) >= 18)
        let angle = try await BuiltBinary.end(
            ["models", "test", "moving-shapes-angle", "--clips", "24"] + more, environment: [:], in: directory)
        let error = try #require(
            angle.output.firstMatch(of: /clips: median error ([0-9.]+) degrees, nine in ten below/))
        #expect((Double(error.1) ?? 180) < 10)
    }

    @Test func othersAreRefused() async throws {
        let unknown = try await test("nobody")
        #expect(
            unknown.ending == .exit(1) && unknown.errors.contains("there is neither a bundled model nor a manifest"))
        let few = try await test("moving-shapes-sides", "--clips", "0")
        #expect(few.ending == .exit(64) && few.errors.contains("--clips takes 1 to 1000000"))
    }
}
