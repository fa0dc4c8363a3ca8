import HTTPServer
import HTTPTypes
import Testing

@Suite struct RouterTests {
    private let router = Router(
        [
            (.get, "/"), (.get, "/v1/videos/{id}"), (.delete, "/v1/videos/{id}"), (.post, "/v1/videos/upload"),
            (.get, "/v1/videos/{id}/frames/{n}"), (.get, "/v1/videos/{id}/frames/first"), (.post, "/v1/jobs"),
        ].map { Route(method: $0, pattern: $1) { _ in Response(status: .ok, headers: [:], body: .empty) } })

    private func resolved(_ method: HTTPRequest.Method, _ segments: [String]) -> String {
        switch router.resolve(method: method, segments: segments) {
        case .found(let route, let parameters):
            ([route.pattern] + parameters.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }).joined(separator: " ")
        case .methodNotAllowed(let methods): "405 " + methods.map(\.rawValue).joined(separator: ",")
        case .notFound: "404"
        }
    }

    @Test func findsTheMostLiteralRoute() {
        #expect(resolved(.get, []) == "/")
        #expect(resolved(.get, ["v1", "videos", "a/b"]) == "/v1/videos/{id} id=a/b")
        #expect(resolved(.get, ["v1", "videos", "a", "frames", "3"]) == "/v1/videos/{id}/frames/{n} id=a n=3")
        #expect(resolved(.get, ["v1", "videos", "a", "frames", "first"]) == "/v1/videos/{id}/frames/first id=a")
        #expect(resolved(.post, ["v1", "videos", "upload"]) == "/v1/videos/upload")
    }

    @Test func aMethodOfALessLiteralRouteCounts() {
        #expect(resolved(.get, ["v1", "videos", "upload"]) == "/v1/videos/{id} id=upload")
        #expect(resolved(.put, ["v1", "videos", "upload"]) == "405 POST,GET,HEAD,DELETE")
    }

    @Test func headFallsBackToGet() {
        #expect(resolved(.head, ["v1", "videos", "a"]) == "/v1/videos/{id} id=a")
        #expect(resolved(.head, ["v1", "jobs"]) == "405 POST")
    }

    @Test func otherPathsAreNotFound() {
        for segments in [["v1"], ["v1", "videos", ""], ["v1", "videos", "a", ""], ["", "v1"], ["V1", "jobs"], [""]] {
            #expect(resolved(.get, segments) == "404", "\(segments)")
        }
    }
}
