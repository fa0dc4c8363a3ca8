import Foundation

/// Fetches keys with the `curl` program, whose TLS and certificates are the system's.
package struct KeyDownload: Sendable {
    private static let program = "/usr/bin/curl"

    let address: String
    let certificates: URL?

    /// Whether this machine has what fetches them.
    package static var isPossible: Bool { FileManager.default.isExecutableFile(atPath: program) }

    /// - Throws: ``KeySourceError``
    func run() throws -> Data {
        let process = Process()
        process.executableURL = URL(filePath: Self.program)
        process.arguments = arguments
        process.environment = [:]
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { throw KeySourceError.unreachable(reason: "curl cannot be started") }
        var answer = Data()
        // The status stands in a line of its own behind the body.
        while answer.count <= KeySet.longest + 4,
            let piece = try? output.fileHandleForReading.read(upToCount: 1 << 16), !piece.isEmpty
        { answer += piece }
        guard answer.count <= KeySet.longest + 4 else {
            process.terminate()
            process.waitUntilExit()
            throw KeySourceError.unreachable(reason: Self.reason(63))
        }
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0, let line = answer.lastIndex(of: 0x0A),
            let status = Int(String(decoding: answer[(line + 1)...], as: UTF8.self))
        else { throw KeySourceError.unreachable(reason: Self.reason(process.terminationStatus)) }
        guard status == 200 else { throw KeySourceError.refused(status: status) }
        return answer[..<line]
    }

    /// No configuration file, no proxy of the environment, no patterns in the address. Redirects are not followed: they could lead anywhere.
    private var arguments: [String] {
        [
            "-q", "--noproxy", "*", "--globoff", "--silent", "--proto", "=http,https", "--max-redirs", "0",
            "--connect-timeout", "5", "--max-time", "10", "--max-filesize", String(KeySet.longest), "--header",
            "Accept: application/json", "--write-out", "\n%{http_code}",
        ] + (certificates.map { ["--cacert", $0.path(percentEncoded: false)] } ?? []) + ["--url", address]
    }

    /// What curl's exit status says.
    private static func reason(_ status: Int32) -> String {
        switch status {
        case 6: "its name is not known"
        case 7: "nobody answers there"
        case 28: "it takes too long"
        case 35, 51, 53, 54, 58, 59, 60, 66, 77, 80, 82, 83, 90, 91: "the connection is not safe"
        case 52, 55, 56: "it ended the connection"
        case 63: "its answer is too long"
        default: "curl ends with \(status)"
        }
    }
}
