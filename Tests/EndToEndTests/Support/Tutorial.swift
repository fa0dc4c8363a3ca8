import Foundation
import TestSupport
import Testing

/// A page of the documentation whose commands are carried out in a directory beside a service.
struct Tutorial {
    let text: String
    let service: ServiceProcess
    private let directory: TemporaryDirectory

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

    /// Starts a service. The directory gets the project's `Config`.
    init(_ page: String, in directory: TemporaryDirectory) async throws {
        self.directory = directory
        text = try ProjectFile.text(page)
        try FileManager.default.createSymbolicLink(
            at: directory.url.appending(path: "Config"), withDestinationURL: ProjectFile.url("Config"))
        service = try await ServiceProcess.start(in: directory, environment: [:])
    }

    /// Text between fences of a language.
    func blocks(_ language: String) -> [String] {
        text.components(separatedBy: "```\(language)\n").dropFirst().map { $0.components(separatedBy: "\n```")[0] }
    }

    /// Lines of shell.
    var commands: [String] { blocks("sh").flatMap { $0.split(separator: "\n").map(String.init) } }
    /// Lines that the page says are printed.
    var claims: [String] { blocks("text").flatMap { $0.split(separator: "\n").map(String.init) } }

    /// Writes a network of the real size, with weights by formula.
    func makeCheckpoint(_ file: String, network: String, prefix: String) throws {
        let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: fixture("nets/manifest.json")))
        let parameters = try #require(golden.parameters[network]).map { (prefix + $0.name, $0.shape) }
        try FormulaValues.torchArchive(parameters, salt: 1).write(to: directory.url.appending(path: file))
    }

    /// Runs a line of shell.
    /// - Returns: what it printed.
    func run(_ command: String) async throws -> String {
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
