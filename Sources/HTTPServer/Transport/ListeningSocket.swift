import Glibc

/// Makes and asks the socket that takes new connections.
enum ListeningSocket {
    /// - Throws: ``ListenerError``.
    static func open(host: String, port: Int) throws(ListenerError) -> Descriptor {
        guard (0...65_535).contains(port), !host.isEmpty else { throw .invalidAddress(host: host, port: port) }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0, let first = list else {
            throw .invalidAddress(host: host, port: port)
        }
        defer { freeaddrinfo(list) }

        let number = socket(first.pointee.ai_family, Int32(SOCK_STREAM.rawValue), 0)
        guard number >= 0 else { throw .system(operation: "socket", code: errno) }
        let descriptor = Descriptor(number)
        descriptor.makeNonBlocking()
        // A restart may take the port while connections of the last run fade away.
        descriptor.set(SOL_SOCKET, SO_REUSEADDR)
        guard bind(number, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0 else {
            switch errno {
            case EADDRINUSE: throw .addressInUse(host: host, port: port)
            case EADDRNOTAVAIL, EAFNOSUPPORT: throw .invalidAddress(host: host, port: port)
            case EACCES, EPERM: throw .permissionDenied(host: host, port: port)
            case let code: throw .system(operation: "bind", code: code)
            }
        }
        guard listen(number, 1_024) == 0 else {
            let code = errno
            throw code == EADDRINUSE ? .addressInUse(host: host, port: port) : .system(operation: "listen", code: code)
        }
        return descriptor
    }

    /// - Throws: ``ListenerError/system(operation:code:)``.
    static func address(of descriptor: Descriptor) throws(ListenerError) -> BoundAddress {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor.number, $0, &length) }
        }
        guard status == 0 else { throw .system(operation: "getsockname", code: errno) }
        return numeric(&storage, length)
    }

    enum Arrival {
        case connection(Descriptor, remoteAddress: String)
        case none
        /// The process or the system is out of descriptors or memory.
        case exhausted
    }

    static func accept(_ descriptor: Descriptor) -> Arrival {
        while true {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let number = withUnsafeMutablePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.accept(descriptor.number, $0, &length)
                }
            }
            guard number >= 0 else {
                switch errno {
                // A client that gave up while it waited is no reason to stop.
                case EINTR, ECONNABORTED, EPROTO, ENETDOWN, EHOSTUNREACH, ENETUNREACH: continue
                case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
                default: return .none
                }
            }
            let connection = Descriptor(number)
            connection.makeNonBlocking()
            // Responses are written whole; waiting for more to send only delays them.
            connection.set(Int32(IPPROTO_TCP), TCP_NODELAY)
            return .connection(connection, remoteAddress: numeric(&storage, length).host)
        }
    }

    private static func numeric(_ storage: inout sockaddr_storage, _ length: socklen_t) -> BoundAddress {
        withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST) + Int(NI_MAXSERV)) { text in
                    text.initialize(repeating: 0)
                    let flags = Int32(NI_NUMERICHOST | NI_NUMERICSERV)
                    guard let host = text.baseAddress,
                        getnameinfo(
                            address, length, host, socklen_t(NI_MAXHOST), host + Int(NI_MAXHOST), socklen_t(NI_MAXSERV),
                            flags) == 0
                    else { return BoundAddress(host: "unknown", port: 0) }
                    return BoundAddress(
                        host: String(cString: host), port: Int(String(cString: host + Int(NI_MAXHOST))) ?? 0)
                }
            }
        }
    }
}
