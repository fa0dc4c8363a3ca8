import Foundation
import FoundationNetworking
import HTTPServer
import HTTPTypes
import Testing

/// A client that reaches the service over a loopback connection.
struct SocketClient: Sendable {
    private let base: String
    private let session: URLSession

    /// Makes one while `use` runs.
    static func with(_ address: BoundAddress, use: (SocketClient) async throws -> Void) async throws {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        // It would ask for gzip by itself, and hide that it got it.
        configuration.httpAdditionalHeaders = ["Accept-Encoding": "identity"]
        let session = URLSession(configuration: configuration)
        defer { session.invalidateAndCancel() }
        try await use(SocketClient(base: "http://\(address.host):\(address.port)", session: session))
    }

    @Sendable func send(_ head: HTTPRequest, _ body: [UInt8]) async throws -> Answer {
        var request = URLRequest(url: try #require(URL(string: base + (head.path ?? "/"))))
        request.httpMethod = head.method.rawValue
        for field in head.headerFields { request.setValue(field.value, forHTTPHeaderField: field.name.rawName) }
        if !body.isEmpty { request.httpBody = Data(body) }
        let (data, response) = try await session.data(for: request)
        let http = try #require(response as? HTTPURLResponse)
        return Answer(
            status: http.statusCode,
            headers: Dictionary(
                http.allHeaderFields.map { ("\($0.key)".lowercased(), "\($0.value)") },
                uniquingKeysWith: { first, _ in first }), body: Array(data))
    }
}
