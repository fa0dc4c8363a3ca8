import CZlib

/// Content in gzip's coding (RFC 9110, section 8.4.1.3; RFC 1952).
package enum Gzip {
    /// The same bytes for the same content: neither a time nor a name is written.
    /// - Returns: nil when there is no memory for it; the content is then sent as it is.
    package static func compress(_ content: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        guard content.count <= Int(UInt32.max), cinegrad_deflate_init_gzip(&stream, 6) == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, UInt(content.count)))
        guard bound <= Int(UInt32.max) else { return nil }
        var isWhole = false
        let compressed = content.withUnsafeBufferPointer { source in
            [UInt8](unsafeUninitializedCapacity: bound) { target, count in
                stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(bound)
                isWhole = deflate(&stream, Z_FINISH) == Z_STREAM_END
                count = bound - Int(stream.avail_out)
            }
        }
        return isWhole ? compressed : nil
    }

    /// Whether a client takes gzip (RFC 9110, section 12.5.3).
    /// - Parameter field: the value of `Accept-Encoding`; nil when there is none.
    package static func isAccepted(_ field: String?) -> Bool {
        var best: (precision: Int, quality: Double)?
        for element in (field ?? "").split(separator: ",") {
            let pieces = element.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            let precision = pieces.first == "gzip" || pieces.first == "x-gzip" ? 2 : pieces.first == "*" ? 1 : 0
            guard precision > best?.precision ?? 0 else { continue }
            let weight = pieces.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) }
            best = (precision, weight ?? 1)
        }
        return (best?.quality ?? 0) > 0
    }
}
