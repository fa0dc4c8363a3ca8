/// Writes a pickle of protocol 2 instruction by instruction, also ones that no library would write.
package struct PickleWriter {
    package private(set) var bytes: [UInt8]

    package init() { bytes = [0x80, 2] }

    package mutating func append(_ more: [UInt8]) { bytes += more }

    /// Instructions of one byte, as the characters that `pickletools` lists.
    package mutating func codes(_ characters: String) { bytes += Array(characters.utf8) }

    package mutating func text(_ text: String) {
        bytes += [UInt8(ascii: "X")] + Self.little(text.utf8.count, bytes: 4) + Array(text.utf8)
    }

    package mutating func number(_ number: Int) {
        if Int(Int32(truncatingIfNeeded: number)) == number {
            bytes += [UInt8(ascii: "J")] + Self.little(number, bytes: 4)
        } else {
            bytes += [0x8A, 8] + Self.little(number, bytes: 8)
        }
    }

    package mutating func numbers(_ numbers: [Int]) {
        codes("(")
        for number in numbers { self.number(number) }
        codes("t")
    }

    package mutating func global(_ module: String, _ name: String) { codes("c\(module)\n\(name)\n") }

    package mutating func put(_ index: Int) { bytes += [UInt8(ascii: "r")] + Self.little(index, bytes: 4) }

    package mutating func get(_ index: Int) { bytes += [UInt8(ascii: "j")] + Self.little(index, bytes: 4) }

    /// A storage as PyTorch's persistent id of it.
    package mutating func storage(key: String, type: String, count: Int) {
        codes("(")
        text("storage")
        global("torch", type)
        text(key)
        text("cpu")
        number(count)
        codes("tQ")
    }

    /// A call of `_rebuild_tensor_v2`.
    package mutating func tensor(
        key: String, type: String, storageCount: Int, offset: Int, shape: [Int], strides: [Int]
    ) {
        global("torch._utils", "_rebuild_tensor_v2")
        codes("(")
        storage(key: key, type: type, count: storageCount)
        number(offset)
        numbers(shape)
        numbers(strides)
        bytes.append(0x89)
        global("collections", "OrderedDict")
        codes(")RtR")
    }

    package static func little(_ number: Int, bytes count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
}
