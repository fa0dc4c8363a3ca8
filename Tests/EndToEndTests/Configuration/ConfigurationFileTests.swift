import Foundation
import TestSupport
import Testing

import cinegrad

struct ConfigurationFileTests {
    @Test func theDocumentedDefaultsAreTheDefaults() throws {
        let environment = ["HOME": "/home/someone"]
        #expect(
            try AppConfiguration(flags: [], environment: environment, file: Self.documented)
                == AppConfiguration(flags: [], environment: environment, file: nil))
    }

    @Test func everySettingIsDocumented() throws {
        let text = try String(contentsOfFile: Self.documented, encoding: .utf8)
        let file = try ConfigurationFile(
            path: "cinegrad.yaml", text: text.replacing(/(?m)^( *)# ([a-z][a-z-]*: \S+)$/) { "\($0.1)\($0.2)" })
        #expect(Set(file.entries.keys) == Set(Setting.allCases))
    }

    @Test func theContainersSettingsAreValid() throws {
        let container = Self.documented.replacing("cinegrad.yaml", with: "container.yaml")
        let configuration = try AppConfiguration(flags: [], environment: [:], file: container)
        #expect(configuration.server.host == "0.0.0.0")
        #expect(configuration.dataDirectory.path == "/var/lib/cinegrad")
    }

    @Test func theExamplesOfAnIssuerAreValid() throws {
        let guide = try String(contentsOf: ProjectFile.url("docs/operations.md"), encoding: .utf8)
        let examples = guide.matches(of: /```yaml\n((?:.*\n)*?)```/).map { String($0.1) }.filter { $0.contains("jwt:") }
        #expect(examples.count == 2)
        for example in examples {
            let configuration = try withFile(example) {
                try AppConfiguration(flags: [], environment: ["HOME": "/home/someone"], file: $0)
            }
            #expect((configuration.jwt.keys != nil) == example.contains("issuer:"))
            #expect((configuration.jwt.scopeClaim == "roles") == example.contains("scope-claim:"))
        }
    }

    @Test(arguments: ["", "# nothing\n", "data:\n", "server: {}\n"])
    func settingsMayBeLeftOut(_ text: String) throws {
        #expect(try ConfigurationFile(path: "f", text: text).entries.isEmpty)
    }

    @Test func linesAreCounted() throws {
        let file = try ConfigurationFile(path: "f", text: "server:\n  # one\n  port: 5\nlog:\n  level: debug\n")
        #expect(file.entries == [.serverPort: .init(text: "5", line: 3), .logLevel: .init(text: "debug", line: 5)])
    }

    @Test(arguments: [
        ("server:\n  prot: 1\n", "server.prot", 2),
        ("surver:\n  port: 1\n", "surver", 1),
        ("port: 1\n", "port", 1),
        ("log:\n  level: info\nserver.port: 1\nworkers:\n  count: 1\n  cuont: 2\n", "workers.cuont", 6),
    ])
    func unknownSettingsAreRefusedByName(_ text: String, _ name: String, _ line: Int) throws {
        #expect(throws: ConfigurationError.unknownSetting(name: name, path: "f", line: line)) {
            try ConfigurationFile(path: "f", text: text)
        }
    }

    @Test(arguments: [
        "- a\n- b\n", "just text\n", "server: 8080\n", "server: [port]\n", "server:\n  port: [1, 2]\n",
        "server:\n  port: {a: b}\n", "server:\n  port:\n", "server:\n  port: null\n", "server: {port: 1\n",
        "server:\n  port: 1\n  port: 2\n", "server.port: 1\nserver:\n  port: 1\n", "server:\n\tport: 1\n", "\"\n",
    ])
    func otherFormsAreRefused(_ text: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try ConfigurationFile(path: "f", text: text) }
        guard case .malformedFile(path: "f", let line, _) = try #require(error) else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(line ?? 1 >= 1)
    }

    @Test func filesThatCannotBeReadAreNamed() throws {
        #expect(
            throws: ConfigurationError.unreadableFile(path: "/nowhere/c.yaml", reason: "there is no such file")
        ) { try ConfigurationFile(path: "/nowhere/c.yaml") }
        let directory = try TemporaryDirectory()
        #expect(
            throws: ConfigurationError.unreadableFile(
                path: directory.url.path, reason: "it is no file that can be read")
        ) { try ConfigurationFile(path: directory.url.path) }
        let binary = directory.url.appending(path: "c.yaml")
        try Data([0xFF, 0xFE, 0xC3, 0x28]).write(to: binary)
        #expect(
            throws: ConfigurationError.unreadableFile(path: binary.path, reason: "it is no text in UTF-8")
        ) { try ConfigurationFile(path: binary.path) }
    }

    private static var documented: String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Config/cinegrad.yaml")
            .standardizedFileURL.path(percentEncoded: false)
    }
}

/// Runs `body` with the path of a file that has this text.
func withFile<Value>(_ text: String, _ body: (String) throws -> Value) throws -> Value {
    let directory = try TemporaryDirectory()
    let url = directory.url.appending(path: "cinegrad.yaml")
    try Data(text.utf8).write(to: url)
    return try body(url.path(percentEncoded: false))
}
