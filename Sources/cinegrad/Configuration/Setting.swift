/// Everything that can be set, by its name in a configuration file. `Config/cinegrad.yaml` documents each.
package enum Setting: String, Hashable, Sendable, CaseIterable {
    case serverHost = "server.host"
    case serverPort = "server.port"
    case serverDrainSeconds = "server.drain-seconds"
    case serverTLSInFront = "server.tls-in-front"
    case serverAllowOrigins = "server.allow-origins"
    case dataDirectory = "data.directory"
    case limitsVideoBytes = "limits.video-bytes"
    case limitsModelBytes = "limits.model-bytes"
    case limitsStudyBytes = "limits.study-bytes"
    case limitsQueuedJobs = "limits.queued-jobs"
    case limitsQueuedJobsPerToken = "limits.queued-jobs-per-token"
    case limitsJobMemoryBytes = "limits.job-memory-bytes"
    case limitsJobSeconds = "limits.job-seconds"
    case limitsModelCacheBytes = "limits.model-cache-bytes"
    case workersCount = "workers.count"
    case workersThreads = "workers.threads"
    case workersLeaseSeconds = "workers.lease-seconds"
    case limitsDiskReserveBytes = "limits.disk-reserve-bytes"
    case dicomRoutes = "dicom.routes"
    case dicomWholeFrames = "dicom.whole-frames"
    case dicomPushURL = "dicom.push-url"
    case dicomPushService = "dicom.push-service"
    case dicomPushAuthorization = "dicom.push-authorization"
    case dicomPushCertificates = "dicom.push-certificates"
    case dicomPushSeconds = "dicom.push-seconds"
    case dicomPushAttempts = "dicom.push-attempts"
    case logLevel = "log.level"
    case webhooksAllow = "webhooks.allow"
    case webhooksSecretFile = "webhooks.secret-file"
    case retentionDays = "retention.days"
    case retentionBytes = "retention.bytes"
    case auditSyslog = "audit.syslog"
    case logFormat = "log.format"
    case jwtIssuer = "jwt.issuer"
    case jwtAudience = "jwt.audience"
    case jwtKeysFile = "jwt.keys-file"
    case jwtKeysURL = "jwt.keys-url"
    case jwtCertificates = "jwt.certificates"
    case jwtRefreshSeconds = "jwt.refresh-seconds"
    case jwtLeewaySeconds = "jwt.leeway-seconds"
    case jwtScopeClaim = "jwt.scope-claim"
    case jwtScopeRead = "jwt.scope-read"
    case jwtScopeSubmit = "jwt.scope-submit"
    case jwtScopeManage = "jwt.scope-manage"

    /// The environment variable that sets it.
    package var environmentVariable: String {
        "CINEGRAD_" + rawValue.uppercased().map { $0 == "." || $0 == "-" ? "_" : String($0) }.joined()
    }
}

/// Where the value of a setting came from.
package enum SettingOrigin: Hashable, Sendable {
    case flag(String)
    case environment(variable: String)
    /// Lines count from 1.
    case file(path: String, line: Int)
    case standard
}

extension SettingOrigin: CustomStringConvertible {
    package var description: String {
        switch self {
        case .flag(let name): "from the flag \(name)"
        case .environment(let variable): "from the environment variable \(variable)"
        case .file(let path, let line): "from \(path), line \(line)"
        case .standard: "by default"
        }
    }
}
