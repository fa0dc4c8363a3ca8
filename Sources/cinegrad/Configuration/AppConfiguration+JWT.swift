import API
import OpenID

extension AppConfiguration.JWT {
    /// - Throws: ``ConfigurationError``, also when something is missing of what an issuer takes: half of it would be a door that nobody guards or
    ///   nobody can use.
    init(_ sources: SettingSources) throws {
        issuer = try sources.text(.jwtIssuer)
        audience = try sources.text(.jwtAudience)
        keys = try Self.keys(sources)
        refresh = .seconds(try sources.integer(.jwtRefreshSeconds, in: 60...43_200) ?? 3600)
        leeway = try sources.integer(.jwtLeewaySeconds, in: 0...300) ?? 60
        scopeClaim = try sources.text(.jwtScopeClaim) ?? "scope"
        scopes = ScopeNames(
            read: try sources.scopeName(.jwtScopeRead) ?? "cinegrad:read",
            submit: try sources.scopeName(.jwtScopeSubmit) ?? "cinegrad:submit",
            manage: try sources.scopeName(.jwtScopeManage) ?? "cinegrad:manage")

        let whole: [(isSet: Bool, settings: [Setting])] = [
            (issuer != nil, [.jwtIssuer]), (audience != nil, [.jwtAudience]),
            (keys != nil, [.jwtKeysFile, .jwtKeysURL]),
        ]
        guard let missing = whole.first(where: { !$0.isSet })?.settings,
            let there = whole.first(where: \.isSet)?.settings.first(where: { sources.origin(of: $0) != .standard })
        else { return }
        throw ConfigurationError.incomplete(there, origin: sources.origin(of: there), without: missing)
    }

    private static func keys(_ sources: SettingSources) throws -> KeySource? {
        let (file, address) = (try sources.file(.jwtKeysFile), try sources.keysAddress(.jwtKeysURL))
        let certificates = try sources.file(.jwtCertificates)
        switch (file, address) {
        case (.some, .some): throw ConfigurationError.contradiction(.jwtKeysFile, .jwtKeysURL)
        case (nil, let address?): return .address(address, certificates: certificates)
        case (let file, nil):
            guard certificates == nil else {
                throw ConfigurationError.incomplete(
                    .jwtCertificates, origin: sources.origin(of: .jwtCertificates), without: [.jwtKeysURL])
            }
            return file.map(KeySource.file)
        }
    }
}
