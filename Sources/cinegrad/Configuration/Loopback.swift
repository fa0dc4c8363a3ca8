import Glibc

/// The addresses of this machine that no other machine reaches.
enum Loopback {
    /// Whether a server on `host` is reached from this machine alone. Names other than `localhost` are not looked up: what they stand for may change.
    static func contains(_ host: String) -> Bool {
        if host.lowercased() == "localhost" { return true }
        var four = in_addr()
        // 127.0.0.0/8 (RFC 1122, section 3.2.1.3), in network order.
        if inet_pton(AF_INET, host, &four) == 1 { return UInt32(bigEndian: four.s_addr) >> 24 == 127 }
        var six = in6_addr()
        guard inet_pton(AF_INET6, host, &six) == 1 else { return false }
        return withUnsafeBytes(of: six) { bytes in
            bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
        }
    }
}
