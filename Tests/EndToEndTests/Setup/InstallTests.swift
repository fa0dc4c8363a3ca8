import Foundation
import TestSupport
import Testing

/// What `make install` puts in place.
struct InstallTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func file(_ path: String) -> URL { directory.url.appending(path: path) }

    private func run(_ program: String, _ arguments: [String]) async throws -> (ChildProcess.Ending, String) {
        let errors = file("errors-\(UUID().uuidString)")
        let child = try ChildProcess(program, arguments, environment: [:], output: .pipe, errors: errors)
        let output = String(decoding: await child.output.rest(), as: UTF8.self)
        return (await child.ending(), output + (try String(contentsOf: errors, encoding: .utf8)))
    }

    /// The binary that the tests were built with, under a prefix and a directory of configuration of its own.
    private func install() async throws {
        let makefile = ProjectFile.url("Makefile")
        let (ending, output) = try await run(
            "make",
            [
                "--directory", makefile.deletingLastPathComponent().path, "install-files",
                "PREFIX=\(file("usr").path)", "ETC=\(file("etc").path)", "BINARY=\(try BuiltBinary.url.path)",
            ])
        #expect(ending == .exit(0), "\(output)")
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: file(path).path)[.posixPermissions] as? Int
    }

    @Test func theUnitIsOneThatSystemdTakes() async throws {
        try await install()
        #expect(try mode("usr/bin/cinegrad") == 0o755)
        #expect(try mode("etc/cinegrad/cinegrad.yaml") == 0o644)
        let unit = file("etc/systemd/system/cinegrad.service")
        let (ending, output) = try await run("systemd-analyze", ["verify", unit.path])
        #expect(ending == .exit(0) && output.isEmpty, "\(output)")
        // Exposure from 0 to 10; 2 is what systemd itself calls OK.
        let (_, security) = try await run(
            "systemd-analyze", ["security", "--offline=true", "--threshold=20", unit.path])
        let exposure = try #require(security.firstMatch(of: /exposure level for cinegrad.service: ([0-9.]+)/)?.1)
        #expect(try #require(Double(exposure)) < 2, "\(security)")
    }

    @Test func theInstalledConfigurationNamesTheUnitsDirectoryAndStays() async throws {
        try await install()
        let configuration = file("etc/cinegrad/cinegrad.yaml")
        let text = try String(contentsOf: configuration, encoding: .utf8)
        #expect(text.contains("\n  directory: /var/lib/cinegrad\n"))
        let unit = try String(contentsOf: file("etc/systemd/system/cinegrad.service"), encoding: .utf8)
        #expect(
            unit.contains("\nStateDirectory=cinegrad\nStateDirectoryMode=0700\n") && unit.contains("\nUMask=0077\n"))
        let start = "ExecStart=\(file("usr/bin/cinegrad").path) serve --config \(configuration.path)\n"
        #expect(unit.contains(start))
        // An upgrade keeps what was changed.
        try "log:\n  level: debug\n".write(to: configuration, atomically: true, encoding: .utf8)
        try await install()
        #expect(try String(contentsOf: configuration, encoding: .utf8) == "log:\n  level: debug\n")
    }
}
