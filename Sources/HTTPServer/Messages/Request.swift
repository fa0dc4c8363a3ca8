package import HTTPTypes

/// A request whose header section is complete; its body may still be on the way.
package struct Request: Sendable {
    package var head: HTTPRequest
    /// The path as sent, without the query.
    package let path: String
    /// The path's segments, percent-decoded. `/` has none.
    package let segments: [String]
    package let query: QueryItems
    package var body: RequestBody
    /// The client's numeric address, without the port.
    package let remoteAddress: String
    /// The values of the route's `{names}`; set by who resolves the route.
    package var parameters: [String: String] = [:]
    /// Set by who checks credentials.
    package var caller = Caller.unknown

    /// Makes a request without a connection, from the path and query of `head`.
    /// - Throws: ``ProtocolError/malformedTarget`` or ``ProtocolError/absoluteTarget``.
    package init(head: HTTPRequest, body: RequestBody, remoteAddress: String) throws(ProtocolError) {
        var bytes = ContiguousArray((head.path ?? "").utf8)
        let target = bytes.withUnsafeMutableBufferPointer { buffer in
            Result { () throws(ProtocolError) in try RequestTarget(UnsafeBufferPointer(buffer)) }
        }
        self.init(head: head, target: try target.get(), body: body, remoteAddress: remoteAddress)
    }

    init(head: HTTPRequest, target: RequestTarget, body: RequestBody, remoteAddress: String) {
        self.head = head
        path = target.path
        segments = target.segments
        query = target.query
        self.body = body
        self.remoteAddress = remoteAddress
    }
}
