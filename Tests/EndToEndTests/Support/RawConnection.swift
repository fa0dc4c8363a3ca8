import Foundation
import Glibc
import Testing

/// A TCP connection to the service, for what `curl` does not send.
struct RawConnection: ~Copyable {
    private let descriptor: Int32

    init(_ service: ServiceProcess, at location: SourceLocation = #_sourceLocation) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(service.port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { [descriptor] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(status == 0, sourceLocation: location)
    }

    deinit { close(descriptor) }

    func send(_ bytes: some Collection<UInt8>) {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return }
            rest = rest.dropFirst(sent)
        }
    }

    /// Says that nothing more will be sent.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Lets the system end the connection at once, with a reset, when it is closed.
    func resetAtClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// What comes until there are `count` bytes or the service ends the connection.
    func receive(_ count: Int) -> [UInt8] {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while received.count < count {
            let length = recv(descriptor, &buffer, min(buffer.count, count - received.count), 0)
            if length < 0, errno == EINTR { continue }
            guard length > 0 else { break }
            received += buffer.prefix(length)
        }
        return received
    }

    /// Everything until the service ends the connection, as one response.
    func answer(at location: SourceLocation = #_sourceLocation) throws -> Answer {
        let text = String(decoding: receive(.max), as: UTF8.self)
        let end = try #require(text.range(of: "\r\n\r\n"), "no response: \(text)", sourceLocation: location)
        var lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        let status = lines.removeFirst().split(separator: " ")
        try #require(status.count > 1, sourceLocation: location)
        let fields = lines.compactMap { line in
            line.firstIndex(of: ":").map {
                (line[..<$0].lowercased(), line[$0...].dropFirst().trimmingCharacters(in: .whitespaces))
            }
        }
        return Answer(
            status: try #require(Int(status[1]), sourceLocation: location), headers: Dictionary(fields) { $1 },
            body: Array(text[end.upperBound...].utf8))
    }
}
