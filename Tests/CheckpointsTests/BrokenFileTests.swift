import Checkpoints
import Foundation
import TestSupport
import Tensors
import Testing

/// What holds for every reader: a damaged file is refused with the reader's own error, or is another valid file.
@Suite struct BrokenFileTests {
    @Test("Every format that is read has a sample")
    func complete() {
        #expect(CheckpointFormat.allCases.flatMap(FormatSample.samples(of:)) == FormatSample.allCases)
    }

    @Test("Samples are read", arguments: FormatSample.allCases)
    func whole(_ sample: FormatSample) throws {
        let checkpoint = try sample.checkpoint(sample.bytes)
        #expect(checkpoint.names == (sample == .safetensors ? ["a", "b"] : ["stem.weight", "bias", "empty"]))
    }

    @Test("A file that is cut off is refused, wherever it is cut", arguments: FormatSample.allCases)
    func truncated(_ sample: FormatSample) {
        let whole = sample.bytes
        for count in 0..<whole.count {
            #expect(throws: CheckpointError.self, "\(count) of \(whole.count) bytes") {
                try sample.checkpoint(Array(whole.prefix(count)))
            }
        }
    }

    @Test("A file with more behind its end is refused", arguments: FormatSample.allCases)
    func longer(_ sample: FormatSample) {
        for more in [[0], [UInt8(ascii: " ")], [UInt8(ascii: ".")]] as [[UInt8]] {
            #expect(throws: CheckpointError.self) { try sample.checkpoint(sample.bytes + more) }
        }
    }

    /// 20,000 for each, the same in every run.
    @Test("Mutations end with the reader's own error or with tensors", arguments: FormatSample.allCases)
    func mutated(_ sample: FormatSample) throws {
        var mutator = Mutator(seed: 42)
        let whole = sample.bytes
        var refused = 0
        for _ in 0..<20_000 {
            let bytes = mutator.mutated(whole)
            do {
                let checkpoint = try sample.checkpoint(bytes)
                for name in checkpoint.names {
                    let tensor = try #require(checkpoint[name: name])
                    // Nothing makes much out of little.
                    #expect(tensor.shape.count <= bytes.count)
                    #expect(tensor.tensor().values.count == tensor.shape.count)
                }
            } catch is CheckpointError { refused += 1 }
        }
        #expect(refused > 10_000)
    }

    /// Where the fuzzers begin, and what they found.
    @Test("The fuzzers' corpus ends with the reader's own error or with tensors")
    func corpus() throws {
        let folder = fixture("checkpoints/corpus")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(!files.isEmpty)
        for file in files {
            do {
                let checkpoint = try Checkpoint.open(file, limits: CheckpointLimits())
                for name in checkpoint.names { #expect(checkpoint[name: name]?.tensor().shape.count != nil) }
            } catch is CheckpointError {}
        }
    }
}
