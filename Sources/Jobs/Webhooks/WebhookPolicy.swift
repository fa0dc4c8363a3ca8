/// Where webhooks may go: to origins that who runs the service named, and nowhere else, so that no client can make it send requests into the network it
/// stands in (CWE-918).
package struct WebhookPolicy: Hashable, Sendable {
    /// Scheme, host and port, such as `https://pacs.example.org:8443`.
    private let origins: Set<String>

    /// No webhooks at all.
    package static let none = WebhookPolicy(origins: [])

    private init(origins: Set<String>) { self.origins = origins }

    /// - Parameter text: origins with commas between.
    /// - Returns: nil when one of them is none, or is neither https nor on this machine.
    package init?(_ text: String) {
        var origins: Set<String> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let part = part.filter { $0 != " " }
            guard let origin = Self.origin(of: part), !part.dropFirst("https://".count).contains("/") else {
                return nil
            }
            origins.insert(origin)
        }
        self.origins = origins
    }

    package var isEmpty: Bool { origins.isEmpty }

    /// - Returns: whether an address is under one of the origins.
    package func allows(_ url: String) -> Bool {
        url.utf8.count <= 1024 && Self.origin(of: url).map(origins.contains) == true
    }

    /// The origin of an address of a plain form: no user, no fragment, a host in lower case, and a path of characters that stand for themselves. Two
    /// programs cannot read such an address in two ways.
    private static func origin(of url: String) -> String? {
        let form = #/(https?)://([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::([1-9][0-9]{0,4}))?(?:/[A-Za-z0-9._~/=&?%-]*)?/#
        guard let match = url.wholeMatch(of: form) else { return nil }
        let (scheme, host) = (String(match.1), String(match.2))
        guard scheme == "https" || host == "localhost" || host == "127.0.0.1" else { return nil }
        let port = match.3.flatMap { Int($0) } ?? (scheme == "https" ? 443 : 80)
        guard port <= 65_535 else { return nil }
        return "\(scheme)://\(host):\(port)"
    }
}
