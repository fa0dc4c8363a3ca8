import Checkpoints
import Foundation
import TestSupport
import Testing

/// Files made to do harm, each with the one answer that is right for it.
@Suite struct HostileFileTests {
    static let torch: [(String, CheckpointError)] = [
        (
            "bomb_deflate.pt",
            .badEntry(entry: "archive/data/0", reason: "65232 bytes unpack to 67108864, more than 100 times as much")
        ),
        (
            "bomb_header_size.pt",
            .badEntry(
                entry: "archive/data/0", reason: "it is said to unpack to 4294967280 bytes, 2147483648 are allowed")
        ),
        ("build_setstate.pt", forbidden("NEWOBJ", "an object of a class", at: 23)),
        ("builtins_eval.pt", forbidden("GLOBAL", "__builtin__.eval", at: 2)),
        (
            "cd_offset_oob.pt",
            malformed(694, "the directory is said to have 246 bytes from byte 4294967040, it must end at byte 694")
        ),
        (
            "deep_nest.pt",
            .pickleTooLarge(what: "nested containers", limit: 100, place: .entry("archive/data.pkl", 103))
        ),
        ("empty.pt", .unknownFormat(start: [])),
        ("just_pk.pt", malformed(0, "the archive's directory does not end here: it may be cut off")),
        ("missing_storage.pt", .badTensor(tensor: "w", reason: "its storage data/7 is not in the archive")),
        ("negative_offset.pt", .badTensor(tensor: "w", reason: "its offset -8 is negative")),
        (
            "negative_stride.pt",
            .badTensor(tensor: "w", reason: "its strides [-4, 1] are negative, or not one for each axis of [4, 4]")
        ),
        ("numel_lie.pt", .badTensor(tensor: "w", reason: "its storage takes 4000000 bytes, archive/data/0 has 64")),
        ("offset_oob.pt", .badTensor(tensor: "w", reason: "it reaches to the element 16 of a storage that has 16")),
        ("os_system_zip.pt", forbidden("GLOBAL", "posix.system", at: 22)),
        ("stack_global.pt", forbidden("STACK_GLOBAL", "os.system", at: 14)),
        (
            "stride_overflow.pt",
            .badTensor(tensor: "w", reason: "it reaches to the element 6917529027641081859 of a storage that has 16")
        ),
        ("truncated_half.pt", malformed(69857, "the archive's directory does not end here: it may be cut off")),
        ("truncated_tail.pt", malformed(139707, "the archive's directory does not end here: it may be cut off")),
        (
            "zero_stride_expand.pt",
            .badTensor(
                tensor: "w", reason: "it shows 16 stored elements as 1099511627776: save it with .contiguous()")
        ),
    ]

    static let safetensors: [(String, CheckpointError)] = [
        ("st_bad_dtype.safetensors", .unsupportedType(tensor: "a", type: "F33")),
        (
            "st_header_len.safetensors",
            malformed(
                0, "the header is said to have 1152921504606846976 bytes, 127 are possible", format: .safetensors)
        ),
        (
            "st_header_len2.safetensors",
            malformed(0, "the header is said to have 5000 bytes, 127 are possible", format: .safetensors)
        ),
        ("st_hole.safetensors", .badTensor(tensor: "b", reason: "it begins at 48 and leaves a hole before it")),
        (
            "st_negative.safetensors",
            malformed(63, "a whole number that is not negative was expected", format: .safetensors)
        ),
        (
            "st_negative_shape.safetensors",
            malformed(41, "a whole number that is not negative was expected", format: .safetensors)
        ),
        ("st_not_json.safetensors", malformed(9, "a string was expected", format: .safetensors)),
        (
            "st_oob.safetensors",
            .badTensor(tensor: "b", reason: "its offsets 64..128 lie outside the 64 bytes of data")
        ),
        (
            "st_overflow_shape.safetensors",
            .badTensor(tensor: "a", reason: "its shape [4611686018427387904, 8] is too large")
        ),
        (
            "st_overlap.safetensors",
            .badTensor(tensor: "b", reason: "it begins at 16 and overlaps the array before it")
        ),
        ("st_short.safetensors", .unknownFormat(start: [8, 0, 0])),
    ]

    private static func forbidden(_ opcode: String, _ what: String, at offset: Int) -> CheckpointError {
        .forbiddenPickle(opcode: opcode, what: what, place: .entry("archive/data.pkl", offset))
    }

    private static func malformed(
        _ offset: Int, _ reason: String, format: CheckpointFormat = .torchZip
    ) -> CheckpointError {
        .malformed(format: format, place: .file(offset), reason: reason)
    }

    @Test("Each is refused for its reason", arguments: torch + safetensors)
    func refused(_ file: String, _ expected: CheckpointError) {
        #expect(throws: expected) {
            try Checkpoint.open(fixture("checkpoints/hostile/\(file)"), limits: CheckpointLimits())
        }
    }

    @Test("None is forgotten")
    func complete() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: fixture("checkpoints/hostile").path)
        #expect(Set(files.filter { !$0.hasSuffix(".onnx") }) == Set((Self.torch + Self.safetensors).map(\.0)))
    }

    @Test("Names from a file neither break a line nor fill a page")
    func shownNames() {
        let name = "a\nb\u{1B}[31m" + String(repeating: "x", count: 5000)
        let message = CheckpointError.badTensor(tensor: name, reason: "…").description
        #expect(message.hasPrefix("the tensor a\\u{a}b\\u{1b}[31mxxx"))
        #expect(message.count < 400)
    }
}
