import Foundation

/// Sends a message with the `curl` program, whose TLS and certificates are the system's.
struct CurlRequest: Sendable {
    static let program = "/usr/bin/curl"

    let url: String
    let message: WebhookMessage

    /// - Returns: the status of the answer; nil without one. Redirects are not followed: they could lead anywhere.
    func send() -> Int? {
        let process = Process()
        process.executableURL = URL(filePath: Self.program)
        process.arguments = [
            // No configuration file, no proxy of the environment, no patterns in the address.
            "-q", "--noproxy", "*", "--globoff", "--silent", "--proto", "=http,https", "--max-redirs", "0",
            "--connect-timeout", "5", "--max-time", "15", "--request", "POST", "--header",
            "Content-Type: application/json", "--header", "\(WebhookMessage.signatureField): \(message.signature)",
            "--header", "Expect:", "--data-binary", "@-", "--output", "/dev/null", "--write-out", "%{http_code}",
            "--url",
            url,
        ]
        process.environment = [:]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
            // Less than a pipe holds: it does not block. A curl that is gone already has said so.
            try? input.fileHandleForWriting.write(contentsOf: message.body)
            try input.fileHandleForWriting.close()
            let text = try output.fileHandleForReading.readToEnd().map { String(decoding: $0, as: UTF8.self) }
            process.waitUntilExit()
            guard process.terminationStatus == 0, let text, let status = Int(text), status > 0 else { return nil }
            return status
        } catch {
            return nil
        }
    }
}
