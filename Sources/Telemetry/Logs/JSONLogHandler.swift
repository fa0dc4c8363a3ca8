import Foundation
package import Logging

/// Writes each record as one line of JSON: `time` (RFC 3339, UTC), `level`, `message`, and the metadata under their names.
package struct JSONLogHandler: LogHandler {
    package var logLevel = Logger.Level.info
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let write: @Sendable (String) -> Void

    /// - Parameter write: takes a whole line with its end.
    package init(write: @escaping @Sendable (String) -> Void) { self.write = write }

    /// To standard error.
    package static func standardError() -> JSONLogHandler {
        // One call of write(2) a line: lines of several threads stay whole.
        JSONLogHandler { line in
            let bytes = Array(line.utf8)
            _ = bytes.withUnsafeBytes { Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
        }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let all = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }.merging(event.metadata ?? [:]) { $1 }
        var fields = [
            ("time", JSONText.quoted(Self.time(Date()))), ("level", JSONText.quoted(event.level.rawValue)),
            ("message", JSONText.quoted(event.message.description)),
        ]
        // Names of a record's own come first; metadata that would repeat one are told apart from it.
        let own: Set<String> = ["time", "level", "message"]
        for (name, value) in all.sorted(by: { $0.key < $1.key }) {
            fields.append((own.contains(name) ? "metadata.\(name)" : name, JSONText.of(value)))
        }
        write("{" + fields.map { "\(JSONText.quoted($0)):\($1)" }.joined(separator: ",") + "}\n")
    }

    /// `2026-03-01T12:00:00.123Z`
    static func time(_ date: Date) -> String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}

private enum JSONText {
    static func of(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string(let text): quoted(text)
        case .stringConvertible(let value): quoted(value.description)
        case .array(let values): "[" + values.map(of).joined(separator: ",") + "]"
        case .dictionary(let values):
            "{" + values.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(of($0.value))" }.joined(separator: ",")
                + "}"
        }
    }

    /// RFC 8259, section 7. The two line separators of Unicode are escaped too: some readers end a line there.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20 || [0x7F, 0x85, 0x2028, 0x2029].contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
