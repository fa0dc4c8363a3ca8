/// Why the service's settings cannot be used.
package enum ConfigurationError: Error, Hashable, Sendable {
    case unreadableFile(path: String, reason: String)
    /// Not YAML, or YAML of another form than sections with settings. Lines count from 1.
    case malformedFile(path: String, line: Int?, problem: String)
    case unknownSetting(name: String, path: String, line: Int)
    case invalidValue(Setting, value: String, expected: String, origin: SettingOrigin)
    case remoteHost(String, origin: SettingOrigin)
    case noHomeDirectory
    /// One that says nothing without another.
    case incomplete(Setting, origin: SettingOrigin, without: [Setting])
    case contradiction(Setting, Setting)
}

extension ConfigurationError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadableFile(let path, let reason): "the configuration file \(path) cannot be read: \(reason)"
        case .malformedFile(let path, let line, let problem):
            "the configuration file \(path) is malformed\(line.map { " in line \($0)" } ?? ""): \(problem)"
        case .unknownSetting(let name, let path, let line):
            "\(path), line \(line): there is no setting \(name); there are "
                + Setting.allCases.map(\.rawValue).joined(separator: ", ")
        case .invalidValue(let setting, let value, let expected, let origin):
            "\(setting.rawValue) is \"\(value)\" (\(origin)): expected \(expected)"
        case .remoteHost(let host, let origin):
            "\(Setting.serverHost.rawValue) is \"\(host)\" (\(origin)), which other machines may reach, and the service "
                + "speaks plain HTTP: put a proxy with TLS in front of it and set "
                + "\(Setting.serverTLSInFront.rawValue): true (\(Setting.serverTLSInFront.environmentVariable)=true)"
        case .noHomeDirectory:
            "\(Setting.dataDirectory.rawValue) has no default, because the environment names no home directory; set it"
        case .incomplete(let setting, let origin, let missing):
            "\(setting.rawValue) is set (\(origin)) and "
                + missing.map(\.rawValue).joined(separator: " or ") + " is not: it takes both"
        case .contradiction(let one, let other):
            "\(one.rawValue) and \(other.rawValue) are both set: leave one of them out"
        }
    }
}
