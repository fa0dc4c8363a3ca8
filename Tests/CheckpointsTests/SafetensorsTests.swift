import Checkpoints
import Foundation
import TestSupport
import Tensors
import Testing

@Suite struct SafetensorsTests {
    /// A file with this header and so many bytes of values, all 1.
    private func file(_ header: String, bytes: Int) -> Data {
        var data = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
        data.append(contentsOf: header.utf8)
        data.append(Data(repeating: 1, count: bytes))
        return data
    }

    private func read(_ data: Data) throws -> Checkpoint { try Checkpoint.read(data, limits: CheckpointLimits()) }

    @Test func aRealFileListsItsTensors() throws {
        let checkpoint = try Checkpoint.open(fixture("checkpoints/tiny.safetensors"), limits: CheckpointLimits())
        #expect(checkpoint.format == .safetensors)
        #expect(checkpoint[name: "stem.0.weight"]?.shape == [5, 3, 1, 7, 7])
        let weight = try #require(checkpoint[name: "stem.0.weight"]).tensor()
        // By the formula of the fixture: k = 0, i = 0, salt = 11.
        let hash: UInt32 = {
            var h = UInt32(truncatingIfNeeded: 11 * 69069 + 12345)
            h ^= h >> 16
            h = h &* 0x85EB_CA6B
            h ^= h >> 13
            h = h &* 0xC2B2_AE35
            return h ^ (h >> 16)
        }()
        let v = 2 * (Double(hash) + 0.5) / 4_294_967_296 - 1
        #expect(weight[0, 0, 0, 0, 0] == Float(v * (6.0 / 147).squareRoot()))
    }

    @Test func everyElementTypeIsCast() throws {
        let cases: [(String, [UInt8], Float)] = [
            ("F64", [0, 0, 0, 0, 0, 0, 0xF8, 0xBF], -1.5), ("F32", [0, 0, 0x40, 0x40], 3),
            ("F16", [0x01, 0x00], 0x1p-24),
            ("F16", [0x00, 0xC4], -4), ("BF16", [0x80, 0x3F], 1),
            ("I64", [0xFE, 255, 255, 255, 255, 255, 255, 255], -2),
            ("I32", [5, 1, 0, 0], 261), ("I16", [0xFF, 0xFF], -1), ("I8", [0x80], -128), ("U8", [200], 200),
            ("BOOL", [1], 1),
            ("U16", [0, 1], 256), ("U32", [0, 0, 1, 0], 65536), ("U64", [7, 0, 0, 0, 0, 0, 0, 0], 7),
        ]
        for (type, bytes, value) in cases {
            var data = file(#"{"x":{"dtype":"\#(type)","shape":[1],"data_offsets":[0,\#(bytes.count)]}}"#, bytes: 0)
            data.append(contentsOf: bytes)
            #expect(try #require(try read(data)[name: "x"]).tensor().values == [value], "\(type)")
        }
    }

    @Test(arguments: [
        (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "takes 8 bytes"),
        (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 8, "belong to no tensor"),
        (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "leaves a hole"),
        (
            #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}"#,
            8, "overlaps"
        ),
        (
            #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
            8, "occurs twice"
        ),
        (#"{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, "whole number"),
        (#"{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#, 4, "too large"),
        (#"{"x":{"dtype":"Q4","shape":[1],"data_offsets":[0,4]}}"#, 4, "element type Q4"),
        (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,99]}}"#, 4, "lie outside"),
        (#"{"x":{"dtype":"F32","shape":[1]}}"#, 4, "needs dtype"),
        (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}}"#, 4, "unknown field"),
        (#"{"x":7}"#, 4, "an object was expected"),
        (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} x"#, 4, "there is more"),
        (#"{"x\uD800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4, "surrogate"),
    ])
    func aBrokenHeaderIsRefusedWithItsReason(_ header: String, _ bytes: Int, _ reason: String) throws {
        let error = #expect(throws: CheckpointError.self) { try read(file(header, bytes: bytes)) }
        #expect(try #require(error).description.contains(reason), "\(error?.description ?? "")")
    }

    @Test("A name may be long, but not as long as a file")
    func longNames() throws {
        func named(_ length: Int) -> Data {
            let name = String(repeating: "n", count: length)
            return file(#"{"\#(name)":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}"#, bytes: 4)
        }
        #expect(try read(named(1000)).names.first?.count == 1000)
        #expect(
            throws: CheckpointError.malformed(
                format: .safetensors, place: .file(9), reason: "a key has 1001 bytes, 1000 are allowed")
        ) { try read(named(1001)) }
    }

    @Test("An array without elements may not hide a shape that overflows")
    func emptyButHuge() {
        let extents = "[0,4611686018427387904,4611686018427387904]"
        #expect(throws: CheckpointError.self) {
            try read(file(#"{"x":{"dtype":"F32","shape":\#(extents),"data_offsets":[0,0]}}"#, bytes: 0))
        }
    }

    @Test("Values within values are refused at the first that is too deep", arguments: ["[", "{\"a\":"])
    func deep(_ open: String) {
        let header = #"{"x":{"dtype":"F32","shape":"# + String(repeating: open, count: 1 << 20)
        #expect(throws: CheckpointError.self) { try read(file(header, bytes: 4)) }
    }

    @Test func whatIsWrittenIsRead() throws {
        let tensors = try [
            "b": Tensor(shape: [2, 2], values: [1, -0.0, .leastNonzeroMagnitude, 3e38]), "a": Tensor(scalar: 7),
            "none": Tensor(shape: [0, 3], repeating: 0),
        ]
        let metadata = ["note": "line\nand \"quotes\" \\ ü", "z": ""]
        let data = try SafetensorsWriter.data(tensors, metadata: metadata)
        #expect(try SafetensorsWriter.data(tensors, metadata: metadata) == data)
        let length = data.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        #expect(length % 8 == 0)
        let checkpoint = try read(data)
        #expect(checkpoint.names == ["a", "b", "none"] && checkpoint.metadata == metadata)
        for (name, tensor) in tensors {
            let stored = try #require(checkpoint[name: name])
            #expect(stored.shape == tensor.shape)
            #expect(stored.tensor().values.map(\.bitPattern) == tensor.values.map(\.bitPattern))
        }
    }

    @Test func whatNoReaderTakesIsNotWritten() {
        #expect(throws: SafetensorsWriter.Refusal.notFinite(tensor: "x")) {
            try SafetensorsWriter.data(["x": Tensor(scalar: .nan)], metadata: [:])
        }
        #expect(throws: SafetensorsWriter.Refusal.reservedName) {
            try SafetensorsWriter.data(["__metadata__": Tensor(scalar: 1)], metadata: [:])
        }
    }
}
