import Autodiff
import Foundation
import ONNX
import Tensors
import TestSupport
import Testing

/// What holds for every file: damaged, it is refused with the reader's own error, or is another network that runs.
@Suite struct BrokenGraphTests {
    /// Convolutions, attention, recurrence, branches, loops over integers: among them they take every path of the reader.
    static let samples = [
        "ncthw_open", "cnn_gru_dynamo", "cnn_lstm_script", "external", "second_input", "unsupported",
    ]

    /// Little enough that no file takes much memory or time, whatever it asks for.
    private static let limits = {
        var limits = GraphLimits()
        limits.values = 1 << 20
        limits.foldedValues = 1 << 18
        limits.movedIntegers = 1 << 18
        limits.foldingBudget = 1 << 20
        limits.instructions = 10_000
        limits.operations = 1 << 26
        return limits
    }()

    private static func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: fixture("onnx/networks/\(name).onnx"))
    }

    /// - Returns: whether the file is a network; if it is, it has been run and differentiated.
    private static func isNetwork(_ file: Data) throws -> Bool {
        do {
            let graph = try Graph(file: file, external: nil, limits: limits).validated()
            let extents = (graph.inputs[0].extents ?? []).map { $0 ?? 2 }
            let shape = try Shape(validating: extents)
            guard shape.count <= limits.values else { return false }
            let program = try graph.program(for: shape, limits: limits)
            _ = (graph.weights, program.operators)
            guard program.cost(parallelism: .single).bytes < 64 << 20 else { return false }
            let tape = Tape(parallelism: .single)
            let x = tape.variable(Tensor(shape: shape, repeating: 0.5))
            let y = try program(x)
            let seed = Tensor(shape: y.shape, repeating: 1)
            let gradient = try tape.gradients(of: y, seed: seed, withRespectTo: [x])[0]
            #expect(gradient.shape == shape && y.shape == program.outputShape)
            return true
        } catch let error as GraphError {
            #expect(!error.description.isEmpty && error.description.utf8.count < 20_000)
            return false
        } catch is ShapeError {
            return false
        }
    }

    @Test("Samples that are networks run")
    func whole() throws {
        for name in Self.samples {
            #expect(
                try Self.isNetwork(Self.bytes(name)) == !["external", "second_input", "unsupported"].contains(name))
        }
    }

    @Test("A file that is cut off is refused, wherever it is cut", arguments: samples)
    func truncated(_ name: String) throws {
        let whole = try Self.bytes(name)
        for count in 0..<whole.count {
            #expect(throws: GraphError.self, "\(count) of \(whole.count) bytes") {
                try Graph(file: whole.prefix(count), external: nil, limits: Self.limits).validated()
            }
        }
    }

    @Test("A single byte that is another ends with the reader's own error or with a network", arguments: samples)
    func changed(_ name: String) throws {
        let whole = [UInt8](try Self.bytes(name))
        var refused = 0
        for place in whole.indices {
            // Numbers in the middle of a weight are all alike.
            if place > 1500, place % 16 != 0 { continue }
            for other in [whole[place] ^ 1, whole[place] ^ 0x80, 0xFF] where other != whole[place] {
                var bytes = whole
                bytes[place] = other
                if try !Self.isNetwork(Data(bytes)) { refused += 1 }
            }
        }
        #expect(refused > 100)
    }

    /// The same in every run.
    @Test("Mutations end with the reader's own error or with a network", arguments: samples)
    func mutated(_ name: String) throws {
        var mutator = Mutator(seed: 42)
        let whole = [UInt8](try Self.bytes(name))
        var refused = 0
        for _ in 0..<1500 where try !Self.isNetwork(Data(mutator.mutated(whole))) { refused += 1 }
        #expect(refused > 500)
    }

    /// Where the fuzzer begins, and what it found.
    @Test("The fuzzer's corpus ends with the reader's own error or with a network")
    func corpus() throws {
        let folder = fixture("onnx/corpus")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(!files.isEmpty)
        for file in files { _ = try Self.isNetwork(Data(contentsOf: file)) }
    }
}
