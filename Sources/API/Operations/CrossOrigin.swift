import HTTPServer
import HTTPTypes

/// Which pages of other origins may use the interface (the Fetch standard, section 3.2, "CORS protocol"). None by default.
package struct CrossOrigin: Hashable, Sendable {
    /// Origins as browsers send them, such as `https://viewer.example.org`.
    private let origins: Set<String>

    package static let none = CrossOrigin(origins: [])

    private init(origins: Set<String>) { self.origins = origins }

    /// Nil unless each is a scheme, a host and maybe a port, in lower case: `*` would let any page read what a browser on the inside can reach.
    package init?(_ origins: [String]) {
        let isValid = origins.allSatisfy {
            $0.wholeMatch(of: #/https?://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?/#) != nil
        }
        guard isValid else { return nil }
        self.origins = Set(origins)
    }

    private static let headers =
        "Accept, Authorization, Content-Type, Idempotency-Key, If-None-Match, If-Range, Last-Event-ID, Range, X-Request-Id"
    private static let exposed = "Content-Range, ETag, Location, Retry-After, X-Request-Id"
    /// Seconds for which a browser may remember an answer.
    private static let maximumAge = 600

    /// The answer to a browser that asks before it sends a request.
    /// - Parameter methods: that the address has.
    /// - Returns: nil for what is no such question of an allowed origin.
    func preflight(_ request: Request, methods: [String]) -> Response? {
        guard request.head.method == .options, allows(request),
            request.head.headerFields[.accessControlRequestMethod] != nil
        else { return nil }
        return Response(
            status: .noContent,
            headers: [
                .accessControlAllowMethods: methods.joined(separator: ", "), .accessControlAllowHeaders: Self.headers,
                .accessControlMaxAge: String(Self.maximumAge),
            ], body: .empty)
    }

    /// The response with what lets a page of an allowed origin read it.
    func opened(_ response: Response, for request: Request) -> Response {
        guard !origins.isEmpty else { return response }
        var response = response
        // A cache must not give the answer for one origin to another.
        response.headers[.vary] = response.headers[.vary].map { "\($0), Origin" } ?? "Origin"
        if allows(request) {
            response.headers[.accessControlAllowOrigin] = request.head.headerFields[.origin]
            response.headers[.accessControlExposeHeaders] = Self.exposed
        }
        return response
    }

    private func allows(_ request: Request) -> Bool {
        request.head.headerFields[.origin].map(origins.contains) ?? false
    }
}
