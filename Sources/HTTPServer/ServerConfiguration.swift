/// Where the server listens and what it allows. Immutable; read once by the executable.
package struct ServerConfiguration: Sendable, Hashable {
    /// A numeric IPv4 or IPv6 address, or a name that resolves to an address of this machine.
    package let host: String
    /// 1…65535, or 0 for a port of the system's choice.
    package let port: Int
    package let limits: ServerLimits

    package init(host: String, port: Int, limits: ServerLimits) {
        self.host = host
        self.port = port
        self.limits = limits
    }
}

/// What one server spends on its clients. Every number is a ceiling; what lies beyond is refused, never cut off silently.
package struct ServerLimits: Sendable, Hashable {
    /// Open connections of all clients; the next one is answered 503 and closed. Default 4,096, at least 1.
    package var connections = 4_096
    /// Open connections from one address. Default 2,048, at least 1.
    package var connectionsPerAddress = 2_048
    /// Bytes of the request target as sent. Default 8 KiB.
    package var targetBytes = 8 << 10
    /// Bytes of the header section, and of a trailer section. Default 16 KiB.
    package var headerBytes = 16 << 10
    /// Lines of the header section. Default 100.
    package var headerFields = 100
    /// Received bytes of a connection that no handler has taken yet; at this mark the socket is left alone. Default 256 KiB; raised to what a
    /// whole header section needs.
    package var bufferedBytes = 256 << 10
    /// Bytes of a body that are read and dropped to keep a connection alive when the handler did not want them. Default 64 KiB.
    package var unreadBodyBytes = 64 << 10
    /// How long a connection may be open without a request. Default 60 s.
    package var idleTimeout: Duration = .seconds(60)
    /// From the first byte of a request to the end of its header section. Default 10 s.
    package var headerTimeout: Duration = .seconds(10)
    /// Between two arrivals of bytes of a body that a handler waits for. Default 30 s.
    package var bodyTimeout: Duration = .seconds(30)
    /// Bytes a second that a client has to send of a body on the average, once the server has waited for ``bodyRateGrace`` in all. Default 1 KiB.
    package var bodyBytesPerSecond = 1 << 10
    /// Default 30 s.
    package var bodyRateGrace: Duration = .seconds(30)
    /// Between two moments at which the client takes bytes of a response. Default 30 s.
    package var writeTimeout: Duration = .seconds(30)
    /// How long a closed connection still reads, so that the client gets the last response (RFC 9112, section 9.6). Default 2 s.
    package var lingerTimeout: Duration = .seconds(2)

    package init() {}

    /// The bound of the receive buffer, never less than a header section that is still allowed.
    var effectiveBufferedBytes: Int { max(bufferedBytes, targetBytes + headerBytes + 1_024) }

    /// How often deadlines are looked at: fine enough for the shortest of them.
    var tick: Duration {
        let shortest = min(idleTimeout, headerTimeout, bodyTimeout, writeTimeout, lingerTimeout)
        return min(max(shortest / 4, .milliseconds(5)), .milliseconds(500))
    }
}

/// The address a listener got, with the real port.
package struct BoundAddress: Sendable, Hashable {
    package let host: String
    package let port: Int
}

/// Why a listener cannot start.
package enum ListenerError: Error, Hashable, Sendable {
    case addressInUse(host: String, port: Int)
    /// The host is no address of this machine, or the port is outside 0…65535.
    case invalidAddress(host: String, port: Int)
    case permissionDenied(host: String, port: Int)
    /// It was started before.
    case alreadyStarted
    /// Another failure of a system call.
    case system(operation: String, code: Int32)
}

extension ListenerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .addressInUse(let host, let port):
            "\(host) port \(port) is in use; stop the other process or choose another port"
        case .invalidAddress(let host, let port):
            "\(host) port \(port) is not an address of this machine; give one of its addresses and a port from 0 to 65535"
        case .permissionDenied(let host, let port):
            "this user may not listen on \(host) port \(port); choose a port from 1024"
        case .alreadyStarted: "the listener was started before; make a new one"
        case .system(let operation, let code): "\(operation) failed with error number \(code)"
        }
    }
}
