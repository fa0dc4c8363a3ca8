package import Foundation
package import HTTPTypes

/// What a handler answers. The server adds `Date`, the framing (`Content-Length`, `Transfer-Encoding`) and `Connection`; a handler's own
/// framing fields are dropped, its `Connection: close` is obeyed.
package struct Response: Sendable {
    package var status: HTTPResponse.Status
    package var headers: HTTPFields
    package var body: ResponseBody

    package init(status: HTTPResponse.Status, headers: HTTPFields, body: ResponseBody) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

package enum ResponseBody: Sendable {
    case empty
    case bytes([UInt8])
    /// `length` bytes of a file from `offset`. A file that cannot be opened is answered as ``ProtocolError/unsendableResponse``.
    case file(URL, offset: Int, length: Int)
    /// Of unknown length, sent in chunks as they are written. A closure that throws ends the connection, so that the client notices.
    /// Its task is cancelled when the client goes away.
    case stream(@Sendable (ResponseWriter) async throws -> Void)
}

/// Takes the pieces of a streamed response.
package struct ResponseWriter: Sendable {
    private let send: @Sendable ([UInt8]) async throws -> Void

    /// - Parameter send: returns when the piece is with the system, which waits for a slow client.
    package init(send: @escaping @Sendable ([UInt8]) async throws -> Void) { self.send = send }

    /// Returns when the client's share of the system's buffers had room for all of it.
    /// - Throws: ``BodyError/clientClosed`` or ``BodyError/timedOut``.
    package func write(_ bytes: [UInt8]) async throws { try await send(bytes) }
}
