import Checkpoints
import Foundation
import Models
import Tensors
import TestSupport
import Testing

/// Every parameter is used exactly once, or the load fails and names it.
@Suite struct BindingTests {
    private static let description = #"{"family":"r3d","channels":[2,3,4,5],"blocks":[1,1,1,1]}"#

    /// The parameters of ``description`` with two outputs.
    private static func parameters() -> [(name: String, shape: [Int])] {
        func norm(_ path: String, _ channels: Int) -> [(name: String, shape: [Int])] {
            ["weight", "bias", "running_mean", "running_var"].map { ("\(path).\($0)", [channels]) }
        }
        var list: [(name: String, shape: [Int])] = [("stem.0.weight", [2, 3, 3, 7, 7])] + norm("stem.1", 2)
        let channels = [2, 3, 4, 5]
        for layer in 0..<4 {
            let (input, output) = (channels[max(layer - 1, 0)], channels[layer])
            let path = "layer\(layer + 1).0"
            list += [("\(path).conv1.0.weight", [output, input, 3, 3, 3])] + norm("\(path).conv1.1", output)
            list += [("\(path).conv2.0.weight", [output, output, 3, 3, 3])] + norm("\(path).conv2.1", output)
            if layer > 0 {
                list +=
                    [("\(path).downsample.0.weight", [output, input, 1, 1, 1])] + norm("\(path).downsample.1", output)
            }
        }
        return list + [("fc.weight", [2, 5]), ("fc.bias", [2])]
    }

    private static func load(
        _ parameters: [(name: String, shape: [Int])], prefix: String? = nil, extra: String = ""
    ) throws -> Network {
        let strip = prefix.map { ", \"strip_prefix\": \"\($0)\"" } ?? ""
        let manifest = """
            {"name": "small", "architecture": \(description), "task": "classification"\(strip)\(extra),
             "input": {"frames": 4, "height": 16, "width": 16}}
            """
        return try Network(
            ModelManifest(json: Data(manifest.utf8)),
            checkpoint: Checkpoint.read(
                FormulaValues.checkpoint(parameters, salt: 1), limits: CheckpointLimits()))
    }

    @Test("A complete checkpoint loads; counters of batches may be there")
    func complete() throws {
        #expect(try Self.load(Self.parameters()).outputs == 2)
        #expect(try Self.load(Self.parameters() + [("stem.1.num_batches_tracked", [])]).outputs == 2)
    }

    @Test("A declared prefix is taken off, and DataParallel's without being declared")
    func prefixes() throws {
        let wrapped = Self.parameters().map { ("module.\($0.name)", $0.shape) }
        #expect(try Self.load(wrapped, prefix: "module.").outputs == 2)
        #expect(try Self.load(wrapped).outputs == 2)
        let nested = Self.parameters().map { ("net.backbone.\($0.name)", $0.shape) }
        #expect(try Self.load(nested, prefix: "net.backbone.").outputs == 2)
        #expect(throws: ModelError.missingParameter("fc.bias")) { try Self.load(nested) }
        // Only when every name has it: this one belongs to something else.
        #expect(throws: ModelError.unexpectedParameters(["module.x"], count: 1)) {
            try Self.load(Self.parameters() + [("module.x", [1])])
        }
    }

    @Test("Two parameters that are one without the prefix are refused")
    func collision() {
        #expect(throws: ModelError.unexpectedParameters(["module.fc.bias"], count: 1)) {
            try Self.load(Self.parameters() + [("module.fc.bias", [2])], prefix: "module.")
        }
    }

    @Test("A missing parameter is named, whichever it is")
    func missing() throws {
        let all = Self.parameters()
        for index in all.indices {
            var parameters = all
            let removed = parameters.remove(at: index)
            #expect(throws: ModelError.missingParameter(removed.name)) { try Self.load(parameters) }
        }
    }

    @Test("A parameter of another shape is named with both shapes")
    func wrongShape() throws {
        var parameters = Self.parameters()
        parameters[0].shape = [2, 3, 3, 7, 5]
        #expect(
            throws: ModelError.wrongShape(
                parameter: "stem.0.weight", found: [2, 3, 3, 7, 5], expected: [2, 3, 3, 7, 7])
        ) { try Self.load(parameters) }
    }

    @Test("Parameters that nothing uses are named")
    func extra() throws {
        #expect(throws: ModelError.unexpectedParameters(["head.bias", "head.weight"], count: 2)) {
            try Self.load(Self.parameters() + [("head.weight", [2, 2]), ("head.bias", [2])])
        }
    }

    @Test("Labels count as many as outputs")
    func labels() throws {
        #expect(throws: ModelError.wrongOutputs(found: 2, named: 3)) {
            try Self.load(Self.parameters(), extra: #", "labels": ["a", "b", "c"]"#)
        }
    }

    @Test("A clip of another shape is refused with both shapes")
    func clip() throws {
        let network = try Self.load(Self.parameters())
        #expect(throws: ModelError.wrongClip(found: [3, 4, 16, 15], expected: [3, 4, 16, 16])) {
            try network.scores(of: Tensor(shape: [3, 4, 16, 15], repeating: 0), parallelism: .single)
        }
    }

    @Test("A randomised network is another function of the same shape, the same for the same seed")
    func randomised() throws {
        let network = try Self.load(Self.parameters())
        let clip = FormulaValues.input([3, 4, 16, 16], salt: 3)
        let scores = try [1, 1, 2].map {
            try network.randomised(.allWeights, seed: $0).scores(of: clip, parallelism: .single)
        }
        #expect(scores[0] == scores[1])
        #expect(scores[0] != scores[2])
        #expect(try scores[0] != network.scores(of: clip, parallelism: .single))
        #expect(scores[0].allSatisfy { $0.isFinite } && scores[0][0] != scores[0][1])
    }
}
