import Foundation
import TestSupport
import Testing

/// The tutorial on models, carried out: its commands work, and print what it says.
struct TutorialTests {
    private struct Golden: Decodable {
        struct Parameter: Decodable {
            let name: String
            let shape: [Int]

            init(from decoder: any Decoder) throws {
                var row = try decoder.unkeyedContainer()
                name = try row.decode(String.self)
                shape = try row.decode([Int].self)
            }
        }
        let parameters: [String: [Parameter]]
    }

    /// Text between fences of a language.
    private static func blocks(_ language: String, in text: String) -> [String] {
        text.components(separatedBy: "```\(language)\n").dropFirst().map { $0.components(separatedBy: "\n```")[0] }
    }

    @Test func commandsWorkAndPrintWhatTheTutorialSays() async throws {
        let directory = try TemporaryDirectory()
        let text = try ProjectFile.text("docs/models.md")
        try FileManager.default.createSymbolicLink(
            at: directory.url.appending(path: "Config"), withDestinationURL: ProjectFile.url("Config"))
        // Networks of the real size, with weights by formula.
        let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: fixture("nets/manifest.json")))
        for (file, network, prefix) in [("best.pt", "r2plus1d_18_k1", "module."), ("r3d_18.pt", "r3d_18_k400", "")] {
            let parameters = try #require(golden.parameters[network]).map { (prefix + $0.name, $0.shape) }
            try FormulaValues.torchArchive(parameters, salt: 1).write(to: directory.url.appending(path: file))
        }
        let service = try await ServiceProcess.start(in: directory, environment: [:])

        let commands = Self.blocks("sh", in: text).flatMap { $0.split(separator: "\n").map(String.init) }
        // Explaining with networks of this size takes minutes; other tests explain with small ones.
        let quick = commands.filter { !$0.contains("video=@") && !$0.hasPrefix("cinegrad explain") }
        #expect(quick.count >= 9 && commands.count - quick.count == 3)
        var printed = ""
        for command in quick { printed += try await run(command, service: service, in: directory) }
        let claims = Self.blocks("text", in: text).flatMap { $0.split(separator: "\n") }
        #expect(claims.count >= 9)
        for line in claims { #expect(printed.contains(line), "\(line) is nowhere in what was printed:\n\(printed)") }
    }

    /// Runs a line of shell.
    /// - Returns: what it printed.
    private func run(_ command: String, service: ServiceProcess, in directory: TemporaryDirectory) async throws
        -> String
    {
        let errors = directory.url.appending(path: "errors-\(UUID().uuidString)")
        let binaries = try BuiltBinary.url.deletingLastPathComponent().path
        let line = command.replacing("http://127.0.0.1:8080", with: service.url)
        let child = try ChildProcess(
            "bash", ["-c", "cd '\(directory.url.path)' && PATH='\(binaries)':$PATH && \(line)"],
            environment: ["CINEGRAD_DATA_DIRECTORY": directory.url.appending(path: "data").path], output: .pipe,
            errors: errors)
        let output = String(decoding: await child.output.rest(), as: UTF8.self)
        let ending = await child.ending()
        let complaint = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
        #expect(ending == .exit(0), "\(command): \(complaint)")
        return output
    }
}
