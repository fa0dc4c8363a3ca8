import Foundation
import TestSupport
import Testing

/// What the `curl` program got.
struct Answer: Sendable {
    let status: Int
    /// By names in lower case; the last one of a name.
    let headers: [String: String]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    func decoded<Document: Decodable>(
        as type: Document.Type, at location: SourceLocation = #_sourceLocation
    ) throws -> Document {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(type, from: Data(body))
        } catch {
            Issue.record("no \(type): \(text.prefix(2000)) (\(error))", sourceLocation: location)
            throw error
        }
    }
}

extension ServiceProcess {
    /// Sends one request with the `curl` program and checks the status.
    /// - Parameter arguments: curl's own, such as `-F video=@file`.
    @discardableResult
    func curl(
        _ path: String, _ arguments: [String], expecting status: Int,
        at location: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        let directory = try TemporaryDirectory()
        func file(_ name: String) -> URL { directory.url.appending(path: name) }
        let child = try ChildProcess(
            "curl",
            [
                "--silent", "--show-error", "--output", file("body").path, "--dump-header", file("headers").path,
                "--write-out", "%{http_code}",
            ] + arguments + [url + path],
            environment: [:], output: .pipe, errors: file("errors"))
        let code = String(decoding: await child.output.rest(), as: UTF8.self)
        let ending = await child.ending()
        try #require(
            ending == .exit(0), "curl \(path): \((try? String(contentsOf: file("errors"), encoding: .utf8)) ?? "")",
            sourceLocation: location)
        // No body, no file.
        let body = (try? Data(contentsOf: file("body"))) ?? Data()
        let answer = Answer(
            status: try #require(Int(code), sourceLocation: location),
            headers: Self.headers(try String(contentsOf: file("headers"), encoding: .utf8)), body: Array(body))
        #expect(answer.status == status, "\(path): \(answer.text.prefix(2000))", sourceLocation: location)
        return answer
    }

    /// - Parameter accept: the media type that is asked for.
    @discardableResult
    func get(
        _ path: String, accept: String, expecting status: Int, at location: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        try await curl(path, ["--header", "Accept: \(accept)"], expecting: status, at: location)
    }

    /// The JSON at a path.
    func document<Document: Decodable>(
        _ path: String, as type: Document.Type, at location: SourceLocation = #_sourceLocation
    ) async throws -> Document {
        try await get(path, accept: "application/json", expecting: 200, at: location).decoded(as: type, at: location)
    }

    /// Posts JSON.
    @discardableResult
    func post(
        _ path: String, json: String, expecting status: Int, at location: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        try await curl(
            path, ["--header", "Content-Type: application/json", "--data-binary", json], expecting: status, at: location
        )
    }

    /// Posts a file as it is.
    @discardableResult
    func upload(
        _ file: URL, expecting status: Int, at location: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        try await curl(
            "/v1/videos",
            ["--header", "Content-Type: application/octet-stream", "--data-binary", "@\(file.path)"],
            expecting: status, at: location)
    }

    /// The header fields of the last response: curl writes those of interim ones too.
    private static func headers(_ text: String) -> [String: String] {
        let responses = text.components(separatedBy: "\r\n\r\n").filter { !$0.isEmpty }
        let lines = (responses.last ?? "").components(separatedBy: "\r\n").dropFirst()
        let fields = lines.compactMap { line in
            line.firstIndex(of: ":").map { colon in
                (
                    line[..<colon].lowercased(),
                    line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
                )
            }
        }
        return Dictionary(fields) { $1 }
    }
}
