import Logging
import Telemetry

/// How the lines of the log are written.
package enum LogFormat: String, Hashable, Sendable, CaseIterable {
    /// For people.
    case text
    /// One JSON object a line, for programs.
    case json

    /// A logger to standard error.
    func logger(level: Logger.Level) -> Logger {
        var logger = Logger(
            label: "cinegrad",
            factory: { label in
                switch self {
                case .text: StreamLogHandler.standardError(label: label)
                case .json: JSONLogHandler.standardError()
                }
            })
        logger.logLevel = level
        return logger
    }
}
