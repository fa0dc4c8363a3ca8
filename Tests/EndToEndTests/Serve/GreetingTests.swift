import Foundation
import TestSupport
import Testing

import cinegrad

struct GreetingTests {
    @Test(arguments: [
        ("127.0.0.1", "http://127.0.0.1:81"), ("0.0.0.0", "http://127.0.0.1:81"), ("::", "http://[::1]:81"),
        ("::1", "http://[::1]:81"), ("localhost", "http://localhost:81"),
    ])
    func theAddressCanBeReachedFromHere(_ host: String, _ url: String) {
        let text = Greeting(host: host, port: 81, dataDirectory: URL(filePath: "/data")).text
        #expect(text.hasPrefix("Cinegrad is ready at \(url)\nData directory: /data\n"))
        #expect(text.contains("curl -s \(url)/sample.mp4 -o sample.mp4\n"))
    }

    @Test func linesAreShort() {
        let text = Greeting(host: "127.0.0.1", port: 8080, dataDirectory: URL(filePath: "/data")).text
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 120 })
    }

    @Test func theCommandsWorkWhenTheyArePasted() async throws {
        let directory = try TemporaryDirectory()
        let service = try await ServiceProcess.start(in: directory, environment: [:])
        let commands = try #require(service.greeting.range(of: "curl")).lowerBound
        let shell = try ChildProcess(
            "sh", ["-e", "-c", "cd \(directory.url.path)\n\(service.greeting[commands...])"], environment: [:],
            output: .pipe, errors: directory.url.appending(path: "errors"))
        #expect(await shell.output.rest().isEmpty)
        #expect(await shell.ending() == .exit(0))

        let answer = Answer(
            status: 200, headers: [:],
            body: Array(try Data(contentsOf: directory.url.appending(path: "explanation.json"))))
        #expect(try answer.decoded(as: ExplanationBody.self).state == "succeeded")
        let picture = try PNGFile(Array(Data(contentsOf: directory.url.appending(path: "error.png"))))
        // At least the 31 frames of 112 by 112 pixels.
        #expect(picture.width * picture.height > 31 * 112 * 112)
        #expect(await service.stop() == .exit(0))
    }
}
