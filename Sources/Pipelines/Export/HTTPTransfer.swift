import CIsolation
import Foundation

/// One request to another server, made by the program `curl`, which brings TLS, certificates and time limits.
struct HTTPTransfer {
    static let program = "/usr/bin/curl"
    /// Of an answer; what is longer is cut.
    private static let longestAnswer = 1 << 20

    let url: String
    /// Of the request's header, without line breaks.
    let headers: [(name: String, value: String)]
    let body: URL
    let certificates: URL?
    let seconds: Int

    /// - Parameter scratch: a file that may be written and is removed; it holds secrets meanwhile.
    /// - Returns: the status and the answer's body.
    /// - Throws: ``ArchiveError/unreachable(reason:)``; `CocoaError` when the scratch file cannot be written.
    func run(scratch: URL) throws -> (status: Int, body: [UInt8]) {
        // Where other users cannot read it: arguments of a process everybody sees.
        let path = scratch.path(percentEncoded: false)
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data(configuration.utf8), attributes: [.posixPermissions: 0o600])
        else { throw CocoaError(.fileWriteUnknown) }
        defer { try? FileManager.default.removeItem(at: scratch) }
        let (status, output) = try ChildOutput.read(Self.program, ["--config", path], limit: Self.longestAnswer + 16)
        guard status == 0 else { throw ArchiveError.unreachable(reason: Self.reason(status)) }
        // The status stands in a line of its own behind the body.
        guard let line = output.lastIndex(of: 0x0A),
            let code = Int(String(decoding: output[(line + 1)...], as: UTF8.self)), code >= 200
        else { throw ArchiveError.nonsense(reason: "it is longer than any") }
        return (code, Array(output[..<line]))
    }

    /// As `curl --config` reads it.
    private var configuration: String {
        func quoted(_ text: String) -> String {
            let safe = text.filter { $0 != "\n" && $0 != "\r" && $0 != "\r\n" && $0 != "\0" }
            return "\"\(safe.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
        }
        var lines = [
            "url = \(quoted(url))", "request = \"POST\"",
            "data-binary = \(quoted("@" + body.path(percentEncoded: false)))", "max-time = \(seconds)",
            "connect-timeout = \(min(seconds, 30))", "proto = \"=http,https\"", "write-out = \"\\n%{http_code}\"",
            "silent", "globoff", "header = \"Expect:\"",
        ]
        if let certificates { lines.append("cacert = \(quoted(certificates.path(percentEncoded: false)))") }
        lines += headers.map { "header = \(quoted("\($0.name): \($0.value)"))" }
        return lines.map { $0 + "\n" }.joined()
    }

    /// What curl's exit status says.
    private static func reason(_ status: Int32) -> String {
        switch status {
        case 3: "its address is no URL"
        case 5, 6: "its name is not known"
        case 7: "nobody answers there"
        case 28: "it takes too long"
        case 35, 51, 53, 54, 58, 59, 60, 66, 77, 80, 82, 83, 90, 91: "the connection is not safe"
        case 52, 55, 56: "it ended the connection"
        case 127: "the program curl is missing"
        default: "curl ends with \(status)"
        }
    }
}

/// A process of another program whose standard output is read.
private enum ChildOutput {
    /// - Parameter limit: bytes; what comes behind them is read and dropped.
    /// - Returns: the exit status, 127 when the program cannot be started, and what it wrote.
    static func read(_ program: String, _ arguments: [String], limit: Int) throws -> (status: Int32, output: [UInt8]) {
        var (identifier, descriptor): (pid_t, Int32) = (0, -1)
        let status = withCStrings([program] + arguments) { arguments in
            withCStrings(["LC_ALL=C.UTF-8"]) { cis_spawn(program, arguments, $0, &identifier, &descriptor) }
        }
        guard status == 0 else { return (127, []) }
        defer { close(descriptor) }
        var (output, buffer): ([UInt8], [UInt8]) = ([], [UInt8](repeating: 0, count: 1 << 16))
        while true {
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            if output.count < limit { output += buffer[..<count] }
        }
        var ending: Int32 = 0
        while waitpid(identifier, &ending, 0) < 0, errno == EINTR {}
        return (ending & 0x7F == 0 ? ending >> 8 & 0xFF : 128, output)
    }

    private static func withCStrings<Value>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
    ) -> Value {
        var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("the array has an element") }
            return body(base)
        }
    }
}
