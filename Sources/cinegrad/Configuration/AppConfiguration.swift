package import API
package import Foundation
package import Jobs
package import Logging
package import OpenID
package import Pipelines

/// Every setting of the service, read once when it starts. What each means is documented in `Config/cinegrad.yaml`.
package struct AppConfiguration: Hashable, Sendable {
    package struct Server: Hashable, Sendable {
        /// A numeric address or a name of this machine.
        package let host: String
        /// 0 stands for a free one.
        package let port: Int
        /// How long requests under way may take to end at SIGTERM.
        package let drain: Duration
        /// Whether a proxy that speaks TLS brings the requests of other machines.
        package let hasTLSInFront: Bool
        /// Whose pages may use the interface from a browser.
        package let crossOrigin: CrossOrigin

        /// Whether others than users of this machine can send requests.
        package var isReachedByOthers: Bool { hasTLSInFront || !Loopback.contains(host) }
    }

    package struct Limits: Hashable, Sendable {
        package let videoBytes: Int
        package let modelBytes: Int
        /// Of one request that stores DICOM objects.
        package let studyBytes: Int
        /// Explanations that wait for a worker.
        package let queuedJobs: Int
        /// Of one token.
        package let queuedJobsPerToken: Int
        /// The most that one explanation may hold at once.
        package let jobMemoryBytes: Int
        /// The longest that an explanation may run; nil for no limit.
        package let jobTime: Duration?
        /// Parameters of networks that stay in memory between explanations.
        package let modelCacheBytes: Int
        /// Free bytes of the data directory's disk below which the service calls itself not ready.
        package let diskReserveBytes: Int
    }

    package struct Workers: Hashable, Sendable {
        /// Explanations at the same time.
        package let count: Int
        /// Of one explanation.
        package let threads: Int
        package let lease: Duration
    }

    package struct Webhooks: Hashable, Sendable {
        package let policy: WebhookPolicy
        /// Holds the secret of the signatures.
        package let secretFile: String?
    }

    package struct Retention: Hashable, Sendable {
        /// How long what has ended is kept; nil for ever.
        package let age: Duration?
        /// How much is kept, on the disk; nil for any.
        package let bytes: Int?
    }

    package struct DICOM: Hashable, Sendable {
        /// A file of rules; nil explains nothing of what a PACS sends.
        package let routes: URL?
        /// Whether objects that state no regions are shown whole.
        package let showsWholeFrames: Bool
    }

    package struct Log: Hashable, Sendable {
        package let level: Logger.Level
        package let format: LogFormat
    }

    /// Where results of DICOM objects are stored, and how; without a URL they are kept here alone.
    package struct Push: Hashable, Sendable {
        package let url: String?
        package let service: Archive.Service
        package let authorization: String?
        package let certificates: URL?
        package let seconds: Int
        package let attempts: Int

        package var archive: Archive? {
            url.map {
                Archive(
                    url: $0, service: service, authorization: authorization, certificates: certificates,
                    seconds: seconds, attempts: attempts)
            }
        }
    }

    /// Whose tokens are taken beside those of the service; nobody's without an issuer.
    package struct JWT: Hashable, Sendable {
        package let issuer: String?
        package let audience: String?
        package let keys: KeySource?
        /// How old keys become before they are read anew.
        package let refresh: Duration
        /// Seconds.
        package let leeway: Int
        package let scopeClaim: String
        package let scopes: ScopeNames
    }

    package let server: Server
    package let dataDirectory: URL
    package let limits: Limits
    package let workers: Workers
    package let retention: Retention
    package let webhooks: Webhooks
    package let dicom: DICOM
    package let push: Push
    package let jwt: JWT
    package let log: Log
    /// Whether entries of the audit log go to the machine's log too.
    package let copiesAuditToSyslog: Bool
}

extension AppConfiguration {
    /// Reads the settings: flags win over environment variables, those over the file, and all over the defaults.
    /// - Parameters:
    ///   - flags: values given on the command line, with the names of their flags.
    ///   - file: path of a YAML file.
    /// - Throws: ``ConfigurationError``
    package init(flags: [FlagValue], environment: [String: String], file: String?) throws {
        let sources = SettingSources(
            flags: flags, environment: environment, file: try file.map(ConfigurationFile.init(path:)))
        server = Server(
            host: try sources.text(.serverHost) ?? "127.0.0.1",
            port: try sources.integer(.serverPort, in: 0...65_535) ?? 8080,
            drain: .seconds(try sources.integer(.serverDrainSeconds, in: 0...3600) ?? 20),
            hasTLSInFront: try sources.boolean(.serverTLSInFront) ?? false,
            crossOrigin: try sources.origins(.serverAllowOrigins) ?? .none)
        let queuedJobs = try sources.integer(.limitsQueuedJobs, in: 1...1_000_000) ?? 1000
        dataDirectory = try sources.directory(.dataDirectory) ?? Self.standardDataDirectory(environment)
        limits = Limits(
            videoBytes: try sources.integer(.limitsVideoBytes, in: Self.byteRange) ?? 4 << 30,
            modelBytes: try sources.integer(.limitsModelBytes, in: Self.byteRange) ?? 2 << 30,
            studyBytes: try sources.integer(.limitsStudyBytes, in: Self.byteRange) ?? 32 << 30,
            queuedJobs: queuedJobs,
            queuedJobsPerToken: try sources.integer(.limitsQueuedJobsPerToken, in: 1...1_000_000)
                ?? (queuedJobs + 1) / 2,
            jobMemoryBytes: try sources.integer(.limitsJobMemoryBytes, in: Self.byteRange)
                ?? MachineMemory.bytes / 2,
            jobTime: try sources.integer(.limitsJobSeconds, in: 0...604_800).map { $0 == 0 ? nil : .seconds($0) }
                ?? .seconds(86_400),
            modelCacheBytes: try sources.integer(.limitsModelCacheBytes, in: 0...1 << 40) ?? 1 << 30,
            diskReserveBytes: try sources.integer(.limitsDiskReserveBytes, in: 0...1 << 50) ?? 1 << 30)
        workers = Workers(
            count: try sources.integer(.workersCount, in: 1...256) ?? 1,
            threads: try sources.integer(.workersThreads, in: 1...1024)
                ?? ProcessInfo.processInfo.activeProcessorCount,
            lease: .seconds(try sources.integer(.workersLeaseSeconds, in: 3...3600) ?? 30))
        retention = Retention(
            age: try sources.integer(.retentionDays, in: 0...36_500).flatMap { $0 == 0 ? nil : .seconds($0 * 86_400) },
            bytes: try sources.integer(.retentionBytes, in: 0...1 << 50).flatMap { $0 == 0 ? nil : $0 })
        webhooks = Webhooks(
            policy: try sources.webhookPolicy(.webhooksAllow) ?? .none,
            secretFile: try sources.text(.webhooksSecretFile))
        dicom = DICOM(
            routes: try sources.file(.dicomRoutes),
            showsWholeFrames: try sources.boolean(.dicomWholeFrames) ?? false)
        push = Push(
            url: try sources.webAddress(.dicomPushURL), service: try sources.name(.dicomPushService) ?? .stow,
            authorization: try sources.text(.dicomPushAuthorization),
            certificates: try sources.text(.dicomPushCertificates).map { URL(filePath: $0) },
            seconds: try sources.integer(.dicomPushSeconds, in: 1...3600) ?? 60,
            attempts: try sources.integer(.dicomPushAttempts, in: 1...1000) ?? 20)
        jwt = try JWT(sources)
        log = Log(
            level: try sources.name(.logLevel) ?? .info, format: try sources.name(.logFormat) ?? .text)
        copiesAuditToSyslog = try sources.boolean(.auditSyslog) ?? false

        guard server.hasTLSInFront || Loopback.contains(server.host) else {
            throw ConfigurationError.remoteHost(server.host, origin: sources.origin(of: .serverHost))
        }
    }

    /// One byte to one tebibyte.
    private static let byteRange = 1...1 << 40

    /// `$XDG_DATA_HOME/cinegrad`, or `~/.local/share/cinegrad` (XDG Base Directory Specification: relative paths do not count).
    private static func standardDataDirectory(_ environment: [String: String]) throws -> URL {
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
            return URL(filePath: data, directoryHint: .isDirectory).appending(path: "cinegrad")
        }
        guard let home = environment["HOME"], home.hasPrefix("/") else { throw ConfigurationError.noHomeDirectory }
        return URL(filePath: home, directoryHint: .isDirectory).appending(path: ".local/share/cinegrad")
    }
}
