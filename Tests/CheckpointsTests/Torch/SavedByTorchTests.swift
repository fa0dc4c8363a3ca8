import Checkpoints
import Foundation
import TestSupport
import Tensors
import Testing

/// Small files that PyTorch 2.15 saved (Tests/Fixtures/generate/torch_checkpoints.py), each with what it holds.
@Suite struct SavedByTorchTests {
    struct Stored: Decodable {
        let element: String
        let shape: [Int]
        let values: [Float]
    }

    static func expected() throws -> [String: [String: Stored]] {
        try JSONDecoder().decode(
            [String: [String: Stored]].self, from: Data(contentsOf: fixture("checkpoints/torch/expected.json")))
    }

    @Test("Every file holds what PyTorch put into it")
    func contents() throws {
        let expected = try Self.expected()
        let files = try FileManager.default.contentsOfDirectory(atPath: fixture("checkpoints/torch").path)
        #expect(Set(files.filter { $0.hasSuffix(".pt") }) == Set(expected.keys))
        for (file, tensors) in expected {
            let checkpoint = try Checkpoint.open(fixture("checkpoints/torch/\(file)"), limits: CheckpointLimits())
            #expect(checkpoint.format == (file.contains("legacy") ? .torchLegacy : .torchZip), "\(file)")
            #expect(Set(checkpoint.names) == Set(tensors.keys), "\(file)")
            for (name, stored) in tensors {
                let tensor = try #require(checkpoint[name: name], "\(file) \(name)")
                #expect(tensor.element.rawValue == stored.element, "\(file) \(name)")
                #expect(tensor.shape.extents == stored.shape, "\(file) \(name)")
                #expect(tensor.tensor().values == stored.values, "\(file) \(name)")
            }
        }
    }

    @Test("The names keep the order of the dictionary")
    func order() throws {
        let checkpoint = try Checkpoint.open(fixture("checkpoints/torch/views.pt"), limits: CheckpointLimits())
        #expect(
            checkpoint.names == [
                "transposed", "middle", "every_third", "permuted", "column", "scalar", "empty", "whole", "narrow",
            ])
    }
}
