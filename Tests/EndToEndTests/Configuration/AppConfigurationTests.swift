import API
import Foundation
import Jobs
import Logging
import OpenID
import TestSupport
import Testing

import cinegrad

struct AppConfigurationTests {
    private let environment = ["HOME": "/home/someone"]

    @Test func defaults() throws {
        let configuration = try AppConfiguration(flags: [], environment: environment, file: nil)
        #expect(configuration.server.host == "127.0.0.1")
        #expect(configuration.server.port == 8080)
        #expect(configuration.server.drain == .seconds(20))
        #expect(!configuration.server.hasTLSInFront)
        #expect(configuration.dataDirectory.path == "/home/someone/.local/share/cinegrad")
        #expect(configuration.limits.videoBytes == 4_294_967_296)
        #expect(configuration.limits.modelBytes == 2_147_483_648)
        #expect(configuration.limits.queuedJobs == 1000)
        let machine = Int(ProcessInfo.processInfo.physicalMemory)
        #expect((1...machine / 2).contains(configuration.limits.jobMemoryBytes))
        #expect(configuration.limits.jobTime == .seconds(86_400))
        #expect(configuration.limits.modelCacheBytes == 1_073_741_824)
        #expect(configuration.workers.count == 1)
        #expect(configuration.workers.threads == ProcessInfo.processInfo.activeProcessorCount)
        #expect(configuration.workers.lease == .seconds(30))
        #expect(configuration.limits.studyBytes == 34_359_738_368)
        #expect(configuration.dicom.routes == nil)
        #expect(!configuration.dicom.showsWholeFrames)
        #expect(!configuration.copiesAuditToSyslog)
        #expect(configuration.webhooks.policy == .none && configuration.webhooks.secretFile == nil)
        #expect(configuration.retention.age == nil && configuration.retention.bytes == nil)
        #expect(configuration.log.level == .info)
        #expect(configuration.log.format == .text)
        #expect(configuration.limits.diskReserveBytes == 1_073_741_824)
        #expect(configuration.push.archive == nil && "\(configuration.push.service)" == "stow")
        #expect(configuration.push.seconds == 60 && configuration.push.attempts == 20)
        let jwt = configuration.jwt
        #expect(jwt.issuer == nil && jwt.audience == nil && jwt.keys == nil)
        #expect(jwt.refresh == .seconds(3600) && jwt.leeway == 60 && jwt.scopeClaim == "scope")
        #expect(jwt.scopes == ScopeNames(read: "cinegrad:read", submit: "cinegrad:submit", manage: "cinegrad:manage"))
    }

    @Test func flagsWinOverEnvironmentOverFile() throws {
        try withFile("server: {port: 1001, drain-seconds: 3}\nlog: {level: error}\nworkers: {count: 2}") { file in
            let environment = environment.merging(["CINEGRAD_SERVER_PORT": "1002", "CINEGRAD_LOG_LEVEL": "debug"]) {
                $1
            }
            let flags = [FlagValue(.serverPort, flag: "--port", text: "1003")]
            let configuration = try AppConfiguration(flags: flags, environment: environment, file: file)
            #expect(configuration.server.port == 1003)
            #expect(configuration.log.level == .debug)
            #expect(configuration.workers.count == 2)
            #expect(configuration.server.drain == .seconds(3))
            let unflagged = try AppConfiguration(flags: [], environment: environment, file: file)
            #expect(unflagged.server.port == 1002)
        }
    }

    @Test(arguments: Setting.allCases)
    func everySettingIsReadFromEachSource(_ setting: Setting) throws {
        let companions = environment.merging(Self.companions(of: setting)) { $1 }
        let standard = try AppConfiguration(flags: [], environment: companions, file: nil)
        let value = Self.otherValue(setting)
        let environment = companions.filter { $0.key != setting.environmentVariable }
        let byVariable = try AppConfiguration(
            flags: [], environment: environment.merging([setting.environmentVariable: value]) { $1 }, file: nil)
        let byFlag = try AppConfiguration(
            flags: [FlagValue(setting, flag: "--flag", text: value)], environment: environment, file: nil)
        let parts = setting.rawValue.split(separator: ".")
        let byFile = try withFile("\(parts[0]):\n  \(parts[1]): \(value)\n") {
            try AppConfiguration(flags: [], environment: environment, file: $0)
        }
        #expect(byVariable != standard)
        #expect(byVariable == byFile)
        #expect(byVariable == byFlag)
    }

    /// Environment variables without which a setting is refused, and another value of its own.
    private static func companions(of setting: Setting) -> [String: String] {
        var settings: [Setting: String] = [:]
        switch setting {
        case .jwtIssuer, .jwtAudience, .jwtKeysFile:
            settings = [.jwtIssuer: "https://login.example", .jwtAudience: "here", .jwtKeysFile: "/keys.json"]
        case .jwtKeysURL, .jwtCertificates:
            settings = [.jwtIssuer: "https://login.example", .jwtAudience: "here", .jwtKeysURL: "https://a.example/"]
        default: break
        }
        return Dictionary(uniqueKeysWithValues: settings.map { ($0.key.environmentVariable, $0.value) })
    }

    /// A valid value that is not the default.
    private static func otherValue(_ setting: Setting) -> String {
        switch setting {
        case .serverHost: "::1"
        case .serverPort: "0"
        case .serverDrainSeconds: "0"
        case .serverTLSInFront: "true"
        case .serverAllowOrigins: "https://viewer.example.org"
        case .dataDirectory: "/elsewhere"
        case .limitsVideoBytes, .limitsModelBytes, .limitsStudyBytes: "1"
        case .limitsJobSeconds: "0"
        case .limitsQueuedJobs, .limitsQueuedJobsPerToken, .limitsJobMemoryBytes, .limitsModelCacheBytes: "1"
        case .workersCount: "256"
        case .workersThreads: "1024"
        case .workersLeaseSeconds: "3"
        case .dicomRoutes: "/routes.yaml"
        case .dicomWholeFrames: "true"
        case .limitsDiskReserveBytes: "0"
        case .dicomPushURL: "http://127.0.0.1:8042/dicom-web"
        case .dicomPushService: "orthanc"
        case .dicomPushAuthorization: "Bearer secret"
        case .dicomPushCertificates: "/etc/ssl/archive.pem"
        case .dicomPushSeconds, .dicomPushAttempts: "1"
        case .logLevel: "critical"
        case .auditSyslog: "true"
        case .webhooksAllow: "https://a.example"
        case .webhooksSecretFile: "/elsewhere"
        case .retentionDays, .retentionBytes: "1"
        case .logFormat: "json"
        case .jwtIssuer: "https://login.example.org/realms/hospital"
        case .jwtAudience: "cinegrad"
        case .jwtKeysFile, .jwtCertificates: "/elsewhere"
        case .jwtKeysURL: "https://login.example.org/keys?p=a"
        case .jwtRefreshSeconds: "60"
        case .jwtLeewaySeconds: "0"
        case .jwtScopeClaim: "roles"
        case .jwtScopeRead, .jwtScopeSubmit, .jwtScopeManage: "clinician"
        }
    }

    @Test(arguments: [
        (Setting.serverPort, "65536", "a whole number from 0 to 65535"),
        (.serverPort, "-1", "a whole number from 0 to 65535"),
        (.serverPort, "80a", "a whole number from 0 to 65535"),
        (.serverPort, "8080.0", "a whole number from 0 to 65535"),
        (.serverDrainSeconds, "3601", "a whole number from 0 to 3600"),
        (.serverTLSInFront, "yes", "true or false"),
        (
            .webhooksAllow, "http://a.example",
            "origins such as https://pacs.example.org with commas between; http on this machine alone"
        ),
        (.retentionDays, "36501", "a whole number from 0 to 36500"),
        (.retentionBytes, "-1", "a whole number from 0 to 1125899906842624"),
        (.auditSyslog, "no", "true or false"),
        (.serverHost, "", "a text"),
        (.serverAllowOrigins, "*", "origins such as https://viewer.example.org, with commas between them"),
        (.limitsVideoBytes, "0", "a whole number from 1 to 1099511627776"),
        (.limitsModelBytes, "99999999999999999999", "a whole number from 1 to 1099511627776"),
        (.limitsQueuedJobs, "0", "a whole number from 1 to 1000000"),
        (.limitsJobMemoryBytes, "0", "a whole number from 1 to 1099511627776"),
        (.limitsJobSeconds, "604801", "a whole number from 0 to 604800"),
        (.limitsModelCacheBytes, "-1", "a whole number from 0 to 1099511627776"),
        (.workersCount, "257", "a whole number from 1 to 256"),
        (.workersThreads, "0", "a whole number from 1 to 1024"),
        (.workersLeaseSeconds, "2", "a whole number from 3 to 3600"),
        (.limitsDiskReserveBytes, "-1", "a whole number from 0 to 1125899906842624"),
        (.logFormat, "xml", "one of text, json"),
        (.jwtIssuer, "", "a text"),
        (.jwtKeysURL, "http://login.example.org/keys", Self.keysAddress),
        (.jwtKeysURL, "https://a:b@login.example.org/keys", Self.keysAddress),
        (.jwtKeysURL, "file:///keys.json", Self.keysAddress),
        (.jwtKeysURL, "login.example.org/keys", Self.keysAddress),
        (.jwtRefreshSeconds, "59", "a whole number from 60 to 43200"),
        (.jwtLeewaySeconds, "301", "a whole number from 0 to 300"),
        (.jwtScopeRead, "a b", "ASCII without spaces, quotes and backslashes"),
        (.jwtScopeManage, "\"a\"", "ASCII without spaces, quotes and backslashes"),
        (.dicomPushURL, "archive:8042", "an address such as http://127.0.0.1:8042/dicom-web"),
        (.dicomPushURL, "http://archive/?a=b", "an address such as http://127.0.0.1:8042/dicom-web"),
        (.dicomPushService, "dimse", "one of stow, orthanc"),
        (.dicomPushSeconds, "0", "a whole number from 1 to 3600"),
        (.dicomPushAttempts, "0", "a whole number from 1 to 1000"),
        (.logLevel, "loud", "one of trace, debug, info, notice, warning, error, critical"),
    ])
    func invalidValuesAreNamedWithTheirOrigin(_ setting: Setting, _ value: String, _ expected: String) throws {
        let variable = setting.environmentVariable
        #expect(
            throws: ConfigurationError.invalidValue(
                setting, value: value, expected: expected, origin: .environment(variable: variable))
        ) {
            try AppConfiguration(
                flags: [], environment: environment.merging([variable: value]) { $1 }, file: nil)
        }
        #expect(
            throws: ConfigurationError.invalidValue(
                setting, value: value, expected: expected, origin: .flag("--some"))
        ) {
            try AppConfiguration(
                flags: [FlagValue(setting, flag: "--some", text: value)], environment: environment, file: nil)
        }
    }

    private static let keysAddress = "an address such as https://login.example.org/keys; http on this machine alone"

    /// What an issuer takes, without what is left out or with what is too much.
    @Test func halfAnIssuerIsRefused() throws {
        func configuration(_ settings: [Setting: String]) throws -> AppConfiguration {
            let variables = settings.map { ($0.key.environmentVariable, $0.value) }
            return try AppConfiguration(
                flags: [], environment: environment.merging(variables) { $1 }, file: nil)
        }
        func incomplete(_ setting: Setting, _ missing: [Setting]) -> ConfigurationError {
            .incomplete(
                setting, origin: .environment(variable: setting.environmentVariable), without: missing)
        }
        let whole: [Setting: String] = [.jwtIssuer: "https://a", .jwtAudience: "b", .jwtKeysURL: "https://a/keys"]
        let keys: [Setting] = [.jwtKeysFile, .jwtKeysURL]
        #expect(try configuration(whole).jwt.keys == .address("https://a/keys", certificates: nil))
        let halves: [(Set<Setting>, ConfigurationError)] = [
            ([.jwtIssuer], incomplete(.jwtIssuer, [.jwtAudience])),
            ([.jwtIssuer, .jwtAudience], incomplete(.jwtIssuer, keys)),
            ([.jwtIssuer, .jwtKeysURL], incomplete(.jwtIssuer, [.jwtAudience])),
            ([.jwtAudience], incomplete(.jwtAudience, [.jwtIssuer])),
            ([.jwtAudience, .jwtKeysURL], incomplete(.jwtAudience, [.jwtIssuer])),
            ([.jwtKeysURL], incomplete(.jwtKeysURL, [.jwtIssuer])),
        ]
        for (settings, error) in halves {
            #expect(throws: error) { try configuration(whole.filter { settings.contains($0.key) }) }
        }
        let file = whole.filter { $0.key != .jwtKeysURL }.merging([.jwtKeysFile: "/keys.json"]) { $1 }
        #expect(throws: ConfigurationError.contradiction(.jwtKeysFile, .jwtKeysURL)) {
            try configuration(whole.merging(file) { $1 })
        }
        #expect(throws: incomplete(.jwtCertificates, [.jwtKeysURL])) {
            try configuration(file.merging([.jwtCertificates: "/ca.pem"]) { $1 })
        }
        #expect(
            incomplete(.jwtIssuer, keys).description
                == "jwt.issuer is set (from the environment variable CINEGRAD_JWT_ISSUER) and jwt.keys-file or jwt.keys-url is not: it takes both"
        )
        #expect(
            ConfigurationError.contradiction(.jwtKeysFile, .jwtKeysURL).description
                == "jwt.keys-file and jwt.keys-url are both set: leave one of them out")
        for host in ["127.0.0.1", "localhost"] {
            let address = "http://\(host):8081/keys"
            let local = try configuration(whole.merging([.jwtKeysURL: address, .jwtCertificates: "/ca.pem"]) { $1 })
            #expect(local.jwt.keys == .address(address, certificates: URL(filePath: "/ca.pem")))
        }
    }

    @Test func errorsSayWhatToDo() {
        let invalid = ConfigurationError.invalidValue(
            .serverPort, value: "x", expected: "a whole number from 0 to 65535",
            origin: .file(path: "a.yaml", line: 3))
        #expect(
            invalid.description
                == "server.port is \"x\" (from a.yaml, line 3): expected a whole number from 0 to 65535")
        let remote = ConfigurationError.remoteHost("0.0.0.0", origin: .flag("--host"))
        #expect(remote.description.contains("put a proxy with TLS in front of it and set server.tls-in-front: true"))
        #expect(remote.description.contains("server.host is \"0.0.0.0\" (from the flag --host)"))
    }

    @Test(arguments: ["0.0.0.0", "192.168.1.4", "::", "fe80::1", "example.org", "128.0.0.1", "::ffff:127.0.0.1"])
    func hostsThatOthersReachNeedConsent(_ host: String) throws {
        let flags = [FlagValue(.serverHost, flag: "--host", text: host)]
        #expect(throws: ConfigurationError.remoteHost(host, origin: .flag("--host"))) {
            try AppConfiguration(flags: flags, environment: environment, file: nil)
        }
        let allowed = try AppConfiguration(
            flags: flags, environment: environment.merging(["CINEGRAD_SERVER_TLS_IN_FRONT": "true"]) { $1 }, file: nil)
        #expect(allowed.server.host == host)
    }

    @Test(arguments: ["127.0.0.1", "127.9.8.7", "::1", "0:0:0:0:0:0:0:1", "localhost", "LocalHost"])
    func loopbackNeedsNoConsent(_ host: String) throws {
        let flags = [FlagValue(.serverHost, flag: "--host", text: host)]
        #expect(try AppConfiguration(flags: flags, environment: environment, file: nil).server.host == host)
    }

    @Test func dataDirectories() throws {
        func directory(_ environment: [String: String], _ value: String?) throws -> String {
            let flags = value.map { [FlagValue(.dataDirectory, flag: "--data-directory", text: $0)] } ?? []
            return try AppConfiguration(flags: flags, environment: environment, file: nil).dataDirectory
                .path(percentEncoded: false)
        }
        #expect(try directory(["XDG_DATA_HOME": "/x", "HOME": "/h"], nil) == "/x/cinegrad")
        #expect(try directory(["XDG_DATA_HOME": "relative", "HOME": "/h"], nil) == "/h/.local/share/cinegrad")
        #expect(try directory(["HOME": "/h"], "~/a b%20c") == "/h/a b%20c")
        #expect(try directory([:], "/data/").hasPrefix("/data"))
        #expect(throws: ConfigurationError.noHomeDirectory) { try directory([:], nil) }
    }
}
