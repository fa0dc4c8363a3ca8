import Crypto
import Foundation

/// The SHA-256 of bytes on the disk.
enum ContentDigest {
    private static let pieceBytes = 1 << 20

    /// - Returns: 64 hexadecimal digits, lower case.
    /// - Throws: ``StoreError`` when the file cannot be read.
    static func of(_ url: URL) throws -> String { try read(url) { _ in } }

    /// Copies a file durably, readable by this user alone.
    /// - Returns: the hash of what was copied.
    static func copy(_ source: URL, to target: URL) throws -> String {
        let path = target.path(percentEncoded: false)
        let output = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw StoreError.system("creating a copy", path: path) }
        defer { close(output) }
        let digest = try read(source) { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = write(output, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { throw StoreError.system("writing a copy", path: path) }
                rest = rest.dropFirst(written)
            }
        }
        guard fsync(output) == 0 else { throw StoreError.system("synchronising a copy", path: path) }
        return digest
    }

    private static func read(_ url: URL, _ body: (UnsafeRawBufferPointer) throws -> Void) throws -> String {
        let path = url.path(percentEncoded: false)
        let input = open(path, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw StoreError.system("opening content", path: path) }
        defer { close(input) }
        var hash = SHA256()
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 16)
        defer { piece.deallocate() }
        while true {
            let count = Foundation.read(input, piece.baseAddress, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw StoreError.system("reading content", path: path) }
            guard count > 0 else { return hash.finalize().hexadecimal }
            let bytes = UnsafeRawBufferPointer(rebasing: piece[..<count])
            hash.update(bufferPointer: bytes)
            try body(bytes)
        }
    }
}

extension SHA256.Digest {
    /// 64 digits, lower case.
    var hexadecimal: String {
        map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
