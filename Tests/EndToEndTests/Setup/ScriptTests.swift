import Foundation
import Glibc
import TestSupport
import Testing

/// The scripts behind `make`, on machines that lack something. Shell functions stand for the programs that would tell of this machine or change it.
struct ScriptTests {
    private typealias Result = (ending: ChildProcess.Ending, output: String, errors: String)

    private static let nobody = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Runs a script of the Docker directory.
    /// - Parameters:
    ///   - functions: shell functions, by name, that stand for programs.
    ///   - path: where other programs are looked for.
    ///   - isRoot: false for a user without rights, whoever runs the tests.
    private func run(
        _ name: String, _ arguments: [String], functions: [String: String], path: String, isRoot: Bool
    ) async throws -> Result {
        let definitions = functions.map { "\($0.key)() { \($0.value); }\n" }.joined()
        // As text: the other user may not be allowed to read the file.
        let words = ["/bin/bash", "-c", definitions + (try ProjectFile.text("Docker/\(name)")), name] + arguments
        let command = !isRoot && geteuid() == 0 ? Self.nobody + words : words
        let errors = directory.url.appending(path: "errors-\(UUID().uuidString)")
        let child = try ChildProcess(
            command[0], Array(command.dropFirst()), environment: ["PATH": path], output: .pipe, errors: errors)
        let output = String(decoding: await child.output.rest(), as: UTF8.self)
        return (await child.ending(), output, try String(contentsOf: errors, encoding: .utf8))
    }

    private func checkToolchain(_ functions: [String: String], path: String) async throws -> Result {
        try await run("check-toolchain.sh", [], functions: functions, path: path, isRoot: false)
    }

    /// With `apt-get` and `sudo` replaced in any case.
    private func install(
        _ arguments: [String], dpkgQuery: String, aptGet: String, isRoot: Bool
    ) async throws -> Result {
        // Whoever is not root here may use sudo if the test is about root.
        let sudo = isRoot ? #"[ "$1" = -n ] && shift; "$@""# : "return 1"
        return try await run(
            "install-dependencies.sh", arguments,
            functions: ["dpkg-query": dpkgQuery, "apt-get": aptGet, "sudo": sudo], path: "/usr/bin:/bin",
            isRoot: isRoot)
    }

    private func expectError(_ result: Result, _ text: String, at location: SourceLocation = #_sourceLocation) {
        #expect(result.ending == .exit(1), sourceLocation: location)
        let last = result.errors.split(separator: "\n").last ?? ""
        #expect(last.hasPrefix("error: ") && last.contains(text), "\(result.errors)", sourceLocation: location)
    }

    @Test func aMissingToolchainIsNamed() async throws {
        expectError(
            try await checkToolchain([:], path: directory.url.path), "Install Swift 6.2 or newer for Debian 12")
    }

    @Test(arguments: [
        ("Swift version 5.10.1 (swift-5.10.1-RELEASE)", "Swift 5.10.1 is too old: cinegrad needs 6.2 or newer"),
        ("swift-driver version: 1.115 Apple Swift version 6.1 (x)", "Swift 6.1 is too old"),
        ("nothing", "did not tell a version"),
    ])
    func anUnsupportedToolchainIsNamed(_ version: String, _ message: String) async throws {
        expectError(try await checkToolchain(["swift": "echo '\(version)'"], path: "/usr/bin:/bin"), message)
    }

    @Test(arguments: ["6.2", "6.2.1", "6.10", "7.0"])
    func aSupportedToolchainIsNamed(_ version: String) async throws {
        let result = try await checkToolchain(
            ["swift": "echo 'Swift version \(version) (swift-\(version)-RELEASE)'"], path: "/usr/bin:/bin")
        #expect(result == (.exit(0), "==> Swift \(version)\n", ""))
    }

    @Test func theManifestAsksForTheSameToolchain() throws {
        let needed = try #require(
            try ProjectFile.text("Docker/check-toolchain.sh").firstMatch(of: /(?m)^needed=(.+)$/)?.1)
        #expect(try ProjectFile.text("Package.swift").hasPrefix("// swift-tools-version: \(needed)\n"))
        #expect(try ProjectFile.text("README.md").contains("(\(needed) or newer)"))
    }

    @Test func withoutRootThePackagesAreNamed() async throws {
        let result = try await install([], dpkgQuery: "return 1", aptGet: "echo called >&2", isRoot: false)
        expectError(result, "needs root. Run once as root: apt-get install libopencv-dev ")
        #expect(!result.errors.contains("called"))
    }

    @Test func onlyWhatIsMissingIsInstalled() async throws {
        let result = try await install(
            [], dpkgQuery: #"[ "${@: -1}" = libpng-dev ] || echo installed"#, aptGet: #"echo "apt-get $*" >&2"#,
            isRoot: true)
        #expect(result.ending == .exit(0), "\(result.errors)")
        #expect(result.output.contains("minutes): libpng-dev\n"))
        #expect(result.output.hasSuffix("==> Debian packages installed\n"))
        #expect(
            result.errors == "apt-get update -qq\napt-get install -y -qq --no-install-recommends libpng-dev\n")
    }

    @Test func nothingIsInstalledTwice() async throws {
        // Needs no root.
        let result = try await install(
            [], dpkgQuery: "echo installed", aptGet: "echo called >&2", isRoot: false)
        #expect(result.ending == .exit(0))
        #expect(result.output.hasPrefix("==> Debian packages: all "))
        #expect(result.errors.isEmpty)
    }

    @Test func whatCannotBeInstalledIsNamed() async throws {
        expectError(
            try await install(["run"], dpkgQuery: "return 1", aptGet: "return 100", isRoot: true),
            "apt-get could not install: libopencv-core406 ")
    }

    @Test func anotherSystemIsNamed() async throws {
        let result = try await run(
            "install-dependencies.sh", [], functions: [:], path: directory.url.path, isRoot: false)
        expectError(result, "this is not a Debian system")
    }
}
