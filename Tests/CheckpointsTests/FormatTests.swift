import Checkpoints
import Foundation
import TestSupport
import Testing

/// Formats are told apart by content.
@Suite struct FormatTests {
    @Test(
        "By the first bytes, whatever the name is",
        arguments: [
            ("checkpoints/tiny.safetensors", CheckpointFormat.safetensors), ("checkpoints/tiny_f64.pt", .torchZip),
            ("checkpoints/tiny_traced.pt", .torchZip), ("checkpoints/tiny_state_dict_legacy.pt", .torchLegacy),
            ("checkpoints/torch/legacy_protocol4.pt", .torchLegacy), ("checkpoints/tiny.onnx", .onnx),
        ])
    func known(_ file: String, _ format: CheckpointFormat) throws {
        #expect(try CheckpointFormat(of: Data(contentsOf: fixture(file))) == format)
    }

    @Test("A name that lies changes nothing")
    func misnamed() throws {
        let directory = try TemporaryDirectory()
        let file = directory.url.appending(path: "weights.safetensors")
        try FileManager.default.copyItem(at: fixture("checkpoints/hand_pickle_control.pt"), to: file)
        #expect(try Checkpoint.open(file, limits: CheckpointLimits()).format == .torchZip)
    }

    @Test(
        "Other files are named by their first bytes",
        arguments: [
            ("", "the file is empty"), ("\u{7F}ELF", "begins with the bytes 7f 45 4c 46"),
            ("ustar, not a checkpoint", "begins with the bytes 75 73 74 61"),
            ("{\"a\": 1}", "begins with the bytes 7b"),
        ])
    func unknown(_ text: String, _ message: String) throws {
        let error = #expect(throws: CheckpointError.self) {
            try Checkpoint.read(Data(text.utf8), limits: CheckpointLimits())
        }
        #expect(try #require(error) == .unknownFormat(start: Array(text.utf8.prefix(12))))
        #expect(try #require(error).description.contains(message))
    }

    @Test("A file over the limit is not read")
    func tooLarge() throws {
        var limits = CheckpointLimits()
        limits.bytes = 715
        let error = CheckpointError.tooLarge(bytes: 716, limit: 715)
        let file = fixture("checkpoints/hand_pickle_control.pt")
        #expect(throws: error) { try Checkpoint.open(file, limits: limits) }
        #expect(throws: error) { try Checkpoint.read(Data(contentsOf: file), limits: limits) }
    }

    @Test("What is no file is not waited for")
    func noFile() throws {
        for path in ["/dev/zero", "/", "/no/such/file"] {
            #expect(throws: CheckpointError.self) {
                try Checkpoint.open(URL(filePath: path), limits: CheckpointLimits())
            }
        }
    }
}
