import Foundation
import TestSupport
import Testing

/// What real clients see: Python's requests and httpx, directly and through nginx; pages in headless Chromium.
struct ClientTests {
    @Test func clientsAndAProxySeeWhatTheyShould() async throws {
        let directory = try TemporaryDirectory()
        let service = try await ServiceProcess.start(in: directory, environment: [:])
        let errors = directory.url.appending(path: "errors")
        // Debian's own, which has the two libraries.
        let child = try ChildProcess(
            "/usr/bin/python3", [ProjectFile.url("Tests/Clients/clients.py").path, service.url],
            environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR": directory.url.path], output: .pipe,
            errors: errors)
        let output = String(decoding: await child.output.rest(), as: UTF8.self)
        let ending = await child.ending()
        let told = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
        #expect(ending == .exit(0) && output.hasSuffix("{\"clients\": 4}\n"), "\(output)\(told.suffix(3000))")
        #expect(await service.stop() == .exit(0))
    }

    /// A page of another origin uploads, explains, follows the events, draws a picture, plays a video and deletes; one that is not allowed reads nothing.
    @Test func pagesSeeWhatTheyMay() async throws {
        let directory = try TemporaryDirectory()
        let errors = directory.url.appending(path: "errors")
        let browser = try ChildProcess(
            "/usr/bin/python3", [ProjectFile.url("Tests/Clients/browser.py").path, directory.url.path],
            environment: ["PATH": "/usr/bin:/bin", "HOME": directory.url.path, "TMPDIR": directory.url.path],
            output: .pipe, errors: errors)
        let origin = await browser.output.text(through: "\n").trimmingCharacters(in: .newlines)
        let service = try await ServiceProcess.start(
            in: directory, environment: ["CINEGRAD_SERVER_ALLOW_ORIGINS": origin])
        try Data(service.url.utf8).write(to: directory.url.appending(path: "service"), options: .atomic)
        let output = String(decoding: await browser.output.rest(), as: UTF8.self)
        let ending = await browser.ending()
        let told = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
        #expect(ending == .exit(0), "\(output)\(told.suffix(3000))")
        let first = output.prefix { $0 != "\n" }
        let seen = try JSONDecoder().decode(Seen.self, from: Data(first.utf8))
        #expect(seen.picture == [448, 448] && seen.movie.count == 3)
        #expect(await service.stop() == .exit(0))
    }

    /// What the page tells: a picture's width and height, a video's too and its seconds.
    private struct Seen: Decodable {
        let picture, movie: [Double]
    }
}
