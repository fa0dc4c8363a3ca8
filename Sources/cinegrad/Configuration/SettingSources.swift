import API
import Configuration
import Foundation
import Jobs

/// A setting as a flag gave it.
package struct FlagValue: Hashable, Sendable {
    let setting: Setting
    /// With its dashes.
    let flag: String
    let text: String

    package init(_ setting: Setting, flag: String, text: String) {
        self.setting = setting
        self.flag = flag
        self.text = text
    }
}

/// The places that settings come from, looked through in their order. Values are read as text and converted here, so that an error can name
/// value, range and origin.
struct SettingSources {
    private let flags: [FlagValue]
    private let environment: [String: String]
    private let file: ConfigurationFile?
    private let reader: ConfigReader

    init(flags: [FlagValue], environment: [String: String], file: ConfigurationFile?) {
        self.flags = flags
        self.environment = environment
        self.file = file
        func provider(_ name: String, _ values: [(Setting, String)]) -> InMemoryProvider {
            InMemoryProvider(
                name: name,
                values: Dictionary(
                    values.map {
                        (AbsoluteConfigKey(ConfigKey($0.rawValue)), ConfigValue(.string($1), isSecret: false))
                    },
                    uniquingKeysWith: { _, last in last }))
        }
        reader = ConfigReader(providers: [
            provider("flags", flags.map { ($0.setting, $0.text) }),
            EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "cinegrad"),
            provider("file", (file?.entries ?? [:]).map { ($0.key, $0.value.text) }),
        ])
    }

    func origin(of setting: Setting) -> SettingOrigin {
        if let flag = flags.last(where: { $0.setting == setting }) { return .flag(flag.flag) }
        let variable = setting.environmentVariable
        if environment[variable] != nil { return .environment(variable: variable) }
        if let file, let entry = file.entries[setting] { return .file(path: file.path, line: entry.line) }
        return .standard
    }

    func text(_ setting: Setting) throws -> String? {
        guard let text = reader.string(forKey: ConfigKey(setting.rawValue)) else { return nil }
        guard !text.isEmpty, !text.utf8.contains(0) else { throw invalid(setting, text, expected: "a text") }
        return text
    }

    func integer(_ setting: Setting, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = try text(setting) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw invalid(
                setting, text, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    func boolean(_ setting: Setting) throws -> Bool? {
        guard let text = try text(setting) else { return nil }
        guard let value = Bool(text) else { throw invalid(setting, text, expected: "true or false") }
        return value
    }

    /// Origins with commas between them.
    func origins(_ setting: Setting) throws -> CrossOrigin? {
        guard let text = try text(setting) else { return nil }
        let list = text.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        guard let origins = CrossOrigin(list) else {
            throw invalid(
                setting, text, expected: "origins such as https://viewer.example.org, with commas between them")
        }
        return origins
    }

    /// One of a closed list of names.
    func name<Name: RawRepresentable & CaseIterable>(_ setting: Setting) throws -> Name?
    where Name.RawValue == String {
        guard let text = try text(setting) else { return nil }
        guard let value = Name(rawValue: text) else {
            let names = Name.allCases.map(\.rawValue).joined(separator: ", ")
            throw invalid(setting, text, expected: "one of \(names)")
        }
        return value
    }

    func webhookPolicy(_ setting: Setting) throws -> WebhookPolicy? {
        guard let text = try text(setting) else { return nil }
        guard let policy = WebhookPolicy(text) else {
            throw invalid(
                setting, text,
                expected: "origins such as https://pacs.example.org with commas between; http on this machine alone")
        }
        return policy
    }

    /// An address of HTTP.
    func webAddress(_ setting: Setting) throws -> String? {
        guard let text = try text(setting) else { return nil }
        guard let url = URL(string: text), let scheme = url.scheme, ["http", "https"].contains(scheme.lowercased()),
            url.host?.isEmpty == false, url.query == nil, url.fragment == nil
        else { throw invalid(setting, text, expected: "an address such as http://127.0.0.1:8042/dicom-web") }
        return text
    }

    /// Where keys are fetched: what somebody on the way could exchange opens the service to them, so http is for this machine alone.
    func keysAddress(_ setting: Setting) throws -> String? {
        guard let text = try text(setting) else { return nil }
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), let host = url.host, !host.isEmpty,
            scheme == "https" || (scheme == "http" && Loopback.contains(host)), url.user == nil, url.fragment == nil
        else {
            throw invalid(
                setting, text, expected: "an address such as https://login.example.org/keys; http on this machine alone"
            )
        }
        return text
    }

    /// The name of a scope, which stands among others with spaces between (RFC 6749, section 3.3).
    func scopeName(_ setting: Setting) throws -> String? {
        guard let text = try text(setting) else { return nil }
        guard text.wholeMatch(of: /[\x21\x23-\x5B\x5D-\x7E]+/) != nil else {
            throw invalid(setting, text, expected: "ASCII without spaces, quotes and backslashes")
        }
        return text
    }

    /// A path; `~/` at its beginning stands for the home directory.
    func directory(_ setting: Setting) throws -> URL? { try path(setting, hint: .isDirectory) }

    func file(_ setting: Setting) throws -> URL? { try path(setting, hint: .notDirectory) }

    private func path(_ setting: Setting, hint: URL.DirectoryHint) throws -> URL? {
        guard let text = try text(setting) else { return nil }
        guard text.hasPrefix("~/") else { return URL(filePath: text, directoryHint: hint) }
        guard let home = environment["HOME"], home.hasPrefix("/") else { throw ConfigurationError.noHomeDirectory }
        return URL(filePath: home, directoryHint: .isDirectory).appending(path: text.dropFirst(2))
    }

    private func invalid(_ setting: Setting, _ value: String, expected: String) -> ConfigurationError {
        .invalidValue(setting, value: value, expected: expected, origin: origin(of: setting))
    }
}
