import Foundation
import TestSupport
import Testing

/// The guide to explanations, carried out: its commands work, its program says what the service says.
struct ExplanationGuideTests {
    /// Runs text as one script, with the built binary, the service in place of the one that the guide names, and the project's files.
    private func run(_ script: String, service: ServiceProcess, in directory: TemporaryDirectory) async throws
        -> (ending: ChildProcess.Ending, output: String, errors: String)
    {
        let errors = directory.url.appending(path: "errors-\(UUID().uuidString)")
        let binaries = try BuiltBinary.url.deletingLastPathComponent().path
        let text = script.replacing("http://127.0.0.1:8080", with: service.url)
            // What the service refuses is to end the script.
            .replacing("curl -s ", with: "curl -sS --fail-with-body ")
        let child = try ChildProcess(
            "bash", ["-euc", "cd '\(directory.url.path)'; PATH='\(binaries)':$PATH; \(text)"],
            environment: ["HOME": directory.url.path], output: .pipe, errors: errors)
        let output = String(decoding: await child.output.rest(), as: UTF8.self)
        return (await child.ending(), output, (try? String(contentsOf: errors, encoding: .utf8)) ?? "")
    }

    /// Text between fences of a language.
    private static func blocks(_ language: String, in text: String) -> [String] {
        text.components(separatedBy: "```\(language)\n").dropFirst().map { $0.components(separatedBy: "\n```")[0] }
    }

    private static func directory() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try FileManager.default.createSymbolicLink(
            at: directory.url.appending(path: "docs"), withDestinationURL: ProjectFile.url("docs"))
        return directory
    }

    @Test func commandsOfTheGuideWork() async throws {
        let directory = try Self.directory()
        let blocks = Self.blocks("sh", in: try ProjectFile.text("docs/explanations.md"))
        #expect(blocks.count >= 12)
        let fetching = blocks.filter { $0.contains("pip download") }
        #expect(fetching.count == 1 && fetching[0].contains("bikes.mp4"))
        var script = blocks.filter { !$0.contains("pip download") }.joined(separator: "\n")
        let program = "python3 docs/explain.py sample.mp4\n"
        #expect(script.contains(program))
        // The model and the service are its defaults.
        script = script.replacing(
            program, with: program.replacing("\n", with: " moving-shapes-sides http://127.0.0.1:8080\n"))
        // The street comes from where other tests have it; without network the sample takes its place, from its first frame on.
        let clip = try await RealClip.shared.value
        try FileManager.default.createSymbolicLink(
            at: directory.url.appending(path: "bikes.mp4"), withDestinationURL: clip.url)
        if clip.frames < 182 {
            script = script.replacing("--clip-start 150", with: "--clip-start 0").replacing(
                "\"start\":150", with: "\"start\":0")
        }
        let service = try await ServiceProcess.start(in: directory, environment: [:])
        let result = try await run(script, service: service, in: directory)
        #expect(result.ending == .exit(0), "\(result.output.suffix(2000))\(result.errors)")
        let pictures = script.matches(of: /-o ([a-z-]+\.png)/).map { String($0.1) }
        #expect(pictures.count >= 8)
        for name in pictures + ["street/figure.png", "sides/figure.png", "early/layer.png"] {
            let bytes = try Data(contentsOf: directory.url.appending(path: name))
            #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]), "\(name) is no picture")
        }
        #expect(result.output.contains("\"layers\":[\"blocks.0\",\"blocks.1\",\"blocks.2\",\"blocks.3\"]"))
        #expect(await service.stop() == .exit(0))
    }

    /// Needs python3 with requests and numpy: Debian's packages, which `make` installs.
    @Test func theProgramReadsWhatTheServiceSays() async throws {
        let directory = try Self.directory()
        let service = try await ServiceProcess.start(in: directory, environment: [:])
        let script = """
            curl -s \(service.url)/sample.mp4 -o sample.mp4
            python3 docs/explain.py sample.mp4 moving-shapes-sides \(service.url)
            curl -s '\(service.url)/v1/explanations' -o list.json
            """
        let result = try await run(script, service: service, in: directory)
        #expect(result.ending == .exit(0), "\(result.errors)")
        let list =
            try JSONSerialization.jsonObject(
                with: Data(contentsOf: directory.url.appending(path: "list.json"))) as? [String: Any]
        let items = try #require(list?["items"] as? [[String: Any]])
        let shares = try #require(items.first?["shares"] as? [String: Any])
        #expect(items.count == 1 && items[0]["state"] as? String == "succeeded")
        let target = try #require(items[0]["target"] as? [String: Any])
        let value = try #require(target["value"] as? Double)
        #expect(result.output.contains("output 0 (3 sides) = \(String(format: "%.4g", value))\n"))
        for part in ["appearance", "motion", "residual"] {
            let share = try #require(shares[part] as? Double)
            let line = part.padding(toLength: 12, withPad: " ", startingAt: 0)
            #expect(result.output.contains(line), "\(result.output)")
            #expect(result.output.contains(String(format: "%.1f%%\n", 100 * share)), "\(result.output)")
        }
        #expect(result.output.contains("strongest at frame "))
        let refused = try await run(
            "python3 docs/explain.py sample.mp4 nothing \(service.url)", service: service, in: directory)
        #expect(refused.ending == .exit(1) && refused.errors.hasPrefix("404 model.not-found: "), "\(refused.errors)")
        #expect(await service.stop() == .exit(0))
    }
}
