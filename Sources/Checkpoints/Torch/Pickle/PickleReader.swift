/// One decoded instruction of a pickle with its argument.
enum PickleInstruction {
    case start(version: UInt8)
    case frame
    case stop
    case push(PickleValue)
    case pushEmpty(PickleContainer.Kind)
    case mark
    case pop
    case popMark
    case duplicate
    case append
    case appends
    case setItem
    case setItems
    case addItems
    /// The topmost values become a tuple.
    case tuple(count: Int)
    case tupleSinceMark
    case frozenSet
    case put(Int)
    case memoize
    case get(Int)
    case global(module: String, name: String)
    case globalFromStack
    case reduce
    case build
    case persistentID
    /// Never carried out; for messages, what it would do.
    case forbidden(String)
}

/// Cuts a pickle into instructions. Reads every byte within bounds and does nothing of what they say.
struct PickleReader {
    struct Malformed: Error {
        var offset: Int
        var reason: String
    }

    /// Module and name of a global are identifiers with dots: longer ones are none.
    static let longestName = 200

    private let bytes: [UInt8]
    private(set) var offset: Int

    init(_ bytes: [UInt8], at offset: Int) {
        self.bytes = bytes
        self.offset = offset
    }

    /// - Throws: ``Malformed``.
    mutating func next() throws -> (PickleOpcode, PickleInstruction) {
        let start = offset
        let byte = try unsigned(1)
        guard let opcode = PickleOpcode(rawValue: UInt8(truncatingIfNeeded: byte)) else {
            throw Malformed(offset: start, reason: "the byte \(byte) is no instruction of a pickle")
        }
        return (opcode, try instruction(opcode))
    }

    /// Reads the argument of an instruction.
    private mutating func instruction(_ opcode: PickleOpcode) throws -> PickleInstruction {
        switch opcode {
        case .proto: return .start(version: UInt8(truncatingIfNeeded: try unsigned(1)))
        case .frame:
            _ = try length(8)
            return .frame
        case .stop: return .stop
        case .mark: return .mark
        case .pop: return .pop
        case .popMark: return .popMark
        case .dup: return .duplicate
        case .none: return .push(.none)
        case .newtrue: return .push(.bool(true))
        case .newfalse: return .push(.bool(false))
        case .binint: return .push(.integer(Int(Int32(truncatingIfNeeded: try unsigned(4)))))
        case .binint1: return .push(.integer(try unsigned(1)))
        case .binint2: return .push(.integer(try unsigned(2)))
        case .long1: return .push(Self.number(try take(length(1))))
        case .long4: return .push(Self.number(try take(length(4))))
        case .binfloat: return try inert(8)
        case .binstring: return try string(length(4))
        case .shortBinstring: return try string(length(1))
        case .binunicode: return .push(.text(try text(length(4))))
        case .shortBinunicode: return .push(.text(try text(length(1))))
        case .binunicode8: return .push(.text(try text(length(8))))
        case .binbytes: return try inert(length(4))
        case .shortBinbytes: return try inert(length(1))
        case .binbytes8, .bytearray8: return try inert(length(8))
        case .emptyList: return .pushEmpty(.list)
        case .emptyDict: return .pushEmpty(.dictionary)
        case .emptySet: return .pushEmpty(.set)
        case .emptyTuple: return .pushEmpty(.tuple)
        case .tuple: return .tupleSinceMark
        case .tuple1: return .tuple(count: 1)
        case .tuple2: return .tuple(count: 2)
        case .tuple3: return .tuple(count: 3)
        case .frozenset: return .frozenSet
        case .append: return .append
        case .appends: return .appends
        case .setitem: return .setItem
        case .setitems: return .setItems
        case .additems: return .addItems
        case .binput: return .put(try unsigned(1))
        case .longBinput: return .put(try unsigned(4))
        case .memoize: return .memoize
        case .binget: return .get(try unsigned(1))
        case .longBinget: return .get(try unsigned(4))
        case .global: return .global(module: try line(), name: try line())
        case .stackGlobal: return .globalFromStack
        case .reduce: return .reduce
        case .build: return .build
        case .binpersid: return .persistentID
        case .newobj, .newobjEx, .inst, .obj: return .forbidden("an object of a class")
        case .ext1, .ext2, .ext4, .nextBuffer, .readonlyBuffer:
            return .forbidden("something that lies outside of the pickle")
        case .int, .long, .float, .string, .unicode, .persid, .get, .put, .dict, .list:
            return .forbidden("an instruction of pickle's old text form")
        }
    }

    private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard count <= bytes.count - offset else {
            throw Malformed(offset: offset, reason: "\(count) bytes were expected, \(bytes.count - offset) are left")
        }
        defer { offset += count }
        return bytes[offset..<offset + count]
    }

    /// - Parameter count: at most 7 bytes, so that the number is not negative.
    private mutating func unsigned(_ count: Int) throws -> Int {
        try take(count).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    /// A number of bytes that follow, at most those that are left.
    private mutating func length(_ count: Int) throws -> Int {
        let start = offset
        let value = try take(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard value <= UInt64(bytes.count - offset) else {
            throw Malformed(
                offset: start, reason: "\(value) bytes are said to follow, \(bytes.count - offset) are left")
        }
        return Int(value)
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> PickleValue {
        guard bytes.count <= 8 else { return .largeInteger(Array(bytes)) }
        let isNegative = (bytes.last ?? 0) >= 0x80
        return .integer(bytes.reversed().reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) })
    }

    private mutating func inert(_ count: Int) throws -> PickleInstruction {
        _ = try take(count)
        return .push(.inert)
    }

    private mutating func text(_ count: Int) throws -> String {
        let start = offset
        guard let text = String(validating: try take(count), as: UTF8.self) else {
            throw Malformed(offset: start, reason: "the text is not UTF-8")
        }
        return text
    }

    /// What Python 2 wrote for `str`: a text or bytes.
    private mutating func string(_ count: Int) throws -> PickleInstruction {
        .push(String(validating: try take(count), as: UTF8.self).map { .text($0) } ?? .inert)
    }

    private mutating func line() throws -> String {
        let start = offset
        let reach = bytes[start...].prefix(Self.longestName + 1)
        guard let end = reach.firstIndex(of: UInt8(ascii: "\n")) else {
            throw Malformed(offset: start, reason: "the name of a global does not end")
        }
        let name = try text(end - start)
        offset += 1
        return name
    }
}
