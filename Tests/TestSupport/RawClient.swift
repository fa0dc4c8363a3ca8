import Foundation
import Glibc
import Synchronization

/// Runs blocking work on a thread of its own: the threads that Swift tasks share must stay free for the server.
package func onThread<R: Sendable>(_ work: @escaping @Sendable () -> R) async -> R {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: work()) }
    }
}

/// What a client received.
package struct RawResponse: Sendable {
    package var status: Int
    /// Names in lower case.
    package var headers: [String: String]
    package var body: [UInt8]

    package var text: String { String(decoding: body, as: UTF8.self) }
}

package struct RawClientError: Error {
    package let reason: String
}

/// A plain blocking socket, which sends what no proper client would.
package final class RawClient: Sendable {
    private let socket: Int32
    private let received = Mutex<[UInt8]>([])
    private let isClosed = Mutex(false)

    package init(port: Int) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = in_port_t(port).bigEndian
        target.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw RawClientError(reason: "connect \(errno)") }
        // A server that never answers fails the test instead of stopping it.
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close() }

    package func close() {
        isClosed.withLock { isClosed in
            if !isClosed { Glibc.close(socket) }
            isClosed = true
        }
    }

    /// Sends a reset instead of a proper end.
    package func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        close()
    }

    package func finishSending() { shutdown(socket, Int32(SHUT_WR)) }

    /// - Returns: the bytes sent; fewer when the server closed.
    @discardableResult
    package func send(_ bytes: [UInt8]) async -> Int {
        await onThread { [socket] in
            var sent = 0
            while sent < bytes.count {
                let number = bytes.withUnsafeBytes {
                    Glibc.send(socket, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
                }
                if number <= 0 { break }
                sent += number
            }
            return sent
        }
    }

    @discardableResult
    package func send(_ text: String) async -> Int { await send(Array(text.utf8)) }

    /// More bytes; empty at the end of the connection.
    package func receive() async -> [UInt8] {
        let fromBefore = received.withLock { bytes in
            defer { bytes = [] }
            return bytes
        }
        if !fromBefore.isEmpty { return fromBefore }
        return await onThread { [socket] in
            [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
                count = max(0, recv(socket, buffer.baseAddress, buffer.count, 0))
            }
        }
    }

    /// Everything up to the end of the connection.
    package func receiveAll() async -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let piece = await receive()
            if piece.isEmpty { return all }
            all += piece
        }
    }

    /// One response; its end is found by its framing.
    package func receiveResponse(toHead: Bool = false) async throws -> RawResponse {
        var bytes: [UInt8] = []
        func more() async throws {
            let piece = await receive()
            guard !piece.isEmpty else {
                throw RawClientError(reason: "closed after \(String(decoding: bytes, as: UTF8.self))")
            }
            bytes += piece
        }
        func line(from start: Int) async throws -> Int {
            var index = start
            while true {
                while index + 1 < bytes.count {
                    if bytes[index] == 13 && bytes[index + 1] == 10 { return index }
                    index += 1
                }
                try await more()
            }
        }
        var end = try await line(from: 0)
        let words = String(decoding: bytes[..<end], as: UTF8.self).split(separator: " ")
        guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
            throw RawClientError(reason: "no status line")
        }
        var headers: [String: String] = [:]
        var position = end + 2
        while true {
            end = try await line(from: position)
            let text = String(decoding: bytes[position..<end], as: UTF8.self)
            position = end + 2
            if text.isEmpty { break }
            guard let colon = text.firstIndex(of: ":") else { throw RawClientError(reason: "no field: \(text)") }
            headers[text[..<colon].lowercased()] = text[colon...].dropFirst().trimmingCharacters(in: .whitespaces)
        }
        var body: [UInt8] = []
        if toHead || status < 200 || status == 204 || status == 304 {
        } else if headers["transfer-encoding"] == "chunked" {
            while true {
                end = try await line(from: position)
                let size = Int(String(decoding: bytes[position..<end], as: UTF8.self), radix: 16) ?? -1
                guard size >= 0 else { throw RawClientError(reason: "bad chunk") }
                while bytes.count < end + 2 + size + 2 { try await more() }
                body += bytes[(end + 2)..<(end + 2 + size)]
                position = end + 2 + size + 2
                if size == 0 { break }
            }
        } else if let length = headers["content-length"].flatMap(Int.init) {
            while bytes.count < position + length { try await more() }
            body = Array(bytes[position..<(position + length)])
            position += length
        } else {
            body = Array(bytes[position...]) + (await receiveAll())
            position = bytes.count
        }
        let rest = Array(bytes[position...])
        received.withLock { $0 = rest }
        return RawResponse(status: status, headers: headers, body: body)
    }
}
