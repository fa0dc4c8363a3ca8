import Foundation
import HTTPServer
import HTTPTypes
import TestSupport
import Testing

/// Runs curl against the server.
/// - Returns: what it printed.
private func curl(_ address: BoundAddress, _ path: String, _ arguments: [String]) async -> (
    status: Int32, output: String
) {
    let all = ["curl", "-sS", "--max-time", "60"] + arguments + ["http://127.0.0.1:\(address.port)\(path)"]
    return await onThread {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = all
        process.standardOutput = pipe
        process.standardError = pipe
        do { try process.run() } catch { return (-1, "\(error)") }
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}

@Suite struct CurlTests {
    private func temporaryFile(_ bytes: [UInt8]) throws -> URL {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(bytes).write(to: file)
        return file
    }

    @Test func getsAndHeads() async throws {
        try await withServer(echo) { address, _ in
            #expect(await curl(address, "/a?b", []) == (0, "GET /a?b "))
            let head = await curl(address, "/a?b", ["-I"])
            #expect(head.status == 0)
            #expect(head.output.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(head.output.contains("Content-Length: 10\r\n"))
        }
    }

    @Test func uploadsByLengthAndByChunks() async throws {
        let file = try temporaryFile([UInt8](repeating: 65, count: 3 << 20))
        defer { try? FileManager.default.removeItem(at: file) }
        try await withServer({ request in
            var (count, sum) = (0, 0)
            do {
                for try await piece in request.body {
                    count += piece.count
                    sum = piece.reduce(sum) { $0 &+ Int($1) }
                }
            } catch {
                return Response(status: .badRequest, headers: [:], body: text("\(error)"))
            }
            return ok("\(request.body.declaredLength ?? -1) \(count) \(sum)")
        }) { address, _ in
            let count = 3 << 20
            #expect(await curl(address, "/", ["-T", file.path]) == (0, "\(count) \(count) \(count * 65)"))
            let chunked = await curl(address, "/", ["-T", file.path, "-H", "Transfer-Encoding: chunked"])
            #expect(chunked == (0, "-1 \(count) \(count * 65)"))
        }
    }

    @Test func sendsForms() async throws {
        let content = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
        let file = try temporaryFile(content)
        defer { try? FileManager.default.removeItem(at: file) }
        try await withServer({ request in
            let type = request.head.headerFields[.contentType] ?? ""
            let limits = MultipartLimits(parts: 8, headerBytes: 8 << 10)
            guard let reader = MultipartReader(contentType: type, body: request.body, limits: limits) else {
                return ok("no form")
            }
            do {
                var lines: [String] = []
                while let part = try await reader.next() {
                    let bytes = try await part.body.collect(upTo: 1 << 20)
                    let isFile = bytes == content
                    lines.append(
                        "\(part.name) \(part.filename ?? "-") \(part.contentType ?? "-") "
                            + (isFile ? "file" : String(decoding: bytes, as: UTF8.self)))
                }
                return ok(lines.joined(separator: "\n"))
            } catch {
                return Response(status: .badRequest, headers: [:], body: text("\(error)"))
            }
        }) { address, _ in
            let form = [
                "-F", "label=cardiac \"one\"", "-F", "video=@\(file.path);type=video/mp4;filename=a b.mp4",
            ]
            let expected = "label - - cardiac \"one\"\nvideo a b.mp4 video/mp4 file"
            #expect(await curl(address, "/", form) == (0, expected))
            #expect(await curl(address, "/", form + ["-H", "Expect: 100-continue"]) == (0, expected))
        }
    }

    @Test func seesTooLargeUploadsRefused() async throws {
        let file = try temporaryFile([UInt8](repeating: 65, count: 16 << 20))
        defer { try? FileManager.default.removeItem(at: file) }
        try await withServer(echo) { address, _ in
            for option in ["Expect: 100-continue", "Expect:", "Transfer-Encoding: chunked"] {
                let refused = await curl(
                    address, "/", ["-T", file.path, "-H", option, "-o", "/dev/null", "-w", "%{http_code}"])
                #expect(refused.output.contains("413"), "\(option): \(refused)")
            }
        }
    }
}
