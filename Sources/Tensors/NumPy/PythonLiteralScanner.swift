/// Reads the one Python literal that a .npy header may be: a dictionary of `descr`, `fortran_order` and `shape`, in any
/// order.
struct PythonLiteralScanner {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func headerDictionary() throws -> (descr: String, fortranOrder: Bool, extents: [Int]) {
        var (descr, fortranOrder, extents): (String?, Bool?, [Int]?)
        try expect("{")
        while !take("}") {
            let key = try string()
            try expect(":")
            switch key {
            case "descr" where descr == nil: descr = try elementType()
            case "fortran_order" where fortranOrder == nil: fortranOrder = try boolean()
            case "shape" where extents == nil: extents = try tuple()
            default: throw malformed("the key \(key) is not expected here")
            }
            if !take(",") {
                try expect("}")
                break
            }
        }
        skipSpace()
        guard offset == bytes.count else { throw malformed("text follows the dictionary") }
        guard let descr, let fortranOrder, let extents else {
            throw malformed("it needs the keys descr, fortran_order and shape")
        }
        return (descr, fortranOrder, extents)
    }

    /// A string, or a list of fields, which is refused with its own text.
    private mutating func elementType() throws -> String {
        skipSpace()
        if offset < bytes.count, bytes[offset] == UInt8(ascii: "[") {
            throw NumPyError.unsupportedType("record " + String(decoding: bytes[offset...].prefix(60), as: UTF8.self))
        }
        return try string()
    }

    private mutating func string() throws -> String {
        skipSpace()
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: "'") || bytes[offset] == UInt8(ascii: "\"") else {
            throw malformed("a quoted string is expected")
        }
        let (quote, start) = (bytes[offset], offset + 1)
        guard let end = bytes[start...].firstIndex(of: quote), end - start <= 64,
            !bytes[start..<end].contains(UInt8(ascii: "\\"))
        else { throw malformed("the string does not end, has an escape or more than 64 bytes") }
        offset = end + 1
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    private mutating func boolean() throws -> Bool {
        if take("True") { return true }
        if take("False") { return false }
        throw malformed("True or False is expected")
    }

    private mutating func tuple() throws -> [Int] {
        var extents: [Int] = []
        try expect("(")
        while !take(")") {
            guard extents.count < NumPyHeader.maximumRank else { throw malformed("there are too many axes") }
            extents.append(try integer())
            if !take(",") {
                // A lone number in brackets is no tuple in Python.
                guard extents.count > 1 else { throw malformed("a tuple of one needs its comma") }
                try expect(")")
                break
            }
        }
        return extents
    }

    private mutating func integer() throws -> Int {
        skipSpace()
        let digits = bytes[offset...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard !digits.isEmpty, let value = Int(String(decoding: digits, as: UTF8.self)) else {
            throw malformed("a number of elements is expected")
        }
        offset = digits.endIndex
        // Files of Python 2 write long integers so.
        _ = take("L")
        return value
    }

    private mutating func expect(_ token: StaticString) throws {
        guard take(token) else { throw malformed("\(token) is expected") }
    }

    private mutating func take(_ token: StaticString) -> Bool {
        skipSpace()
        let wanted = UnsafeBufferPointer(start: token.utf8Start, count: token.utf8CodeUnitCount)
        guard bytes[offset...].starts(with: wanted) else { return false }
        offset += wanted.count
        return true
    }

    private mutating func skipSpace() {
        while offset < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset]) { offset += 1 }
    }

    private func malformed(_ reason: String) -> NumPyError {
        .malformedHeader(offset: offset, reason: reason)
    }
}
