import Autodiff
import Foundation
import Models
import Tensors
import TestSupport
import Testing

/// What is predicted of a pass, against what a meter counts of it.
@Suite struct CostEstimateTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let architecture: String
        /// `[C, T, H, W]`
        let clip: [Int]
        var testDescription: String { "\(architecture) at \(clip)" }

        func network() throws -> Network {
            let json = GoldenNetworkTests.json(architecture: architecture, clip: clip)
            return try Network.untrained(ModelManifest(json: Data(json.utf8)), outputs: 3, seed: 5)
        }
    }

    static let examples = [
        Example(architecture: #""moving_shapes""#, clip: [3, 32, 112, 112]),
        Example(
            architecture: #"{"family":"r2plus1d","channels":[6,8,12,16],"blocks":[1,1,1,1],"stem":5}"#,
            clip: [3, 9, 37, 41]),
        Example(
            architecture: #"{"family":"r2plus1d","channels":[24,40,72,136],"blocks":[2,1,2,1]}"#,
            clip: [3, 16, 64, 48]),
        Example(architecture: #"{"family":"r3d","channels":[16,32,48,64],"blocks":[1,2,1,1]}"#, clip: [3, 8, 56, 56]),
        Example(architecture: #"{"family":"mc3","channels":[64,64,64,64],"blocks":[1,1,1,1]}"#, clip: [3, 8, 32, 32]),
        Example(architecture: #"{"family":"r3d","channels":[4,4,4,4],"blocks":[1,1,1,1]}"#, clip: [3, 1, 1, 1]),
    ]

    @Test(
        "A gradient makes exactly the predicted operations and holds at most the predicted bytes", arguments: examples)
    func gradient(_ example: Example) throws {
        let network = try example.network()
        for threads in [1, 3] {
            let parallelism = Parallelism(threads: threads)
            let clip = FormulaValues.input(network.clipShape, salt: 1)
            let cost = try network.cost(parallelism: parallelism)
            let meter = WorkMeter()
            let gradient = try meter.measuring {
                try network.gradient(of: .output(1), at: clip, parallelism: parallelism)
            }
            #expect(meter.flops == cost.flops)
            #expect(meter.peakBytes <= cost.bytes)
            // With one thread nothing is left to chance: no more than a few scalars are between the two.
            if threads == 1 { #expect(meter.peakBytes + 4096 >= cost.bytes) }
            #expect(meter.heldBytes == gradient.gradient.count * 4, "the gradient is all that is left")
        }
    }

    @Test("A forward pass alone makes the predicted operations and keeps nothing", arguments: examples)
    func forward(_ example: Example) throws {
        let network = try example.network()
        let clip = FormulaValues.input(network.clipShape, salt: 1)
        let cost = try network.cost(parallelism: .single)
        let meter = WorkMeter()
        _ = try meter.measuring { try network.scores(of: clip, parallelism: .single) }
        #expect(meter.flops == cost.forward.flops)
        #expect(meter.peakBytes <= cost.forward.bytes - cost.keptBytes)
        #expect(meter.heldBytes == 0)
    }

    @Test("Passes one after another hold no more than one")
    func repeated() throws {
        let network = try Self.examples[1].network()
        let clip = FormulaValues.input(network.clipShape, salt: 1)
        func measured(_ passes: Int) throws -> WorkMeter {
            let meter = WorkMeter()
            for _ in 0..<passes {
                _ = try meter.measuring { try network.gradient(of: .output(0), at: clip, parallelism: .single) }
            }
            return meter
        }
        let (one, four) = (try measured(1), try measured(4))
        #expect(four.peakBytes == one.peakBytes)
        #expect(four.flops == 4 * one.flops)
    }

    @Test("Winograd's sums take fewer operations than textbook summation, whose number is the known one")
    func directFlops() throws {
        // One 3×3×3 convolution a block, 64 channels on 8×16×16 positions, and the stem's 3×7×7.
        let cost = try Self.examples[4].network().cost(parallelism: .single)
        let stem = 2 * 64 * 8 * 16 * 16 * 3 * 147
        let first = 2 * (2 * 64 * 8 * 16 * 16 * 64 * 27)
        #expect(cost.directFlops > stem + first)
        #expect(cost.forward.flops < cost.directFlops)
    }

    @Test("Stages one after another: what is kept adds up, work memory does not")
    func stages() {
        let first = CostEstimate(
            forward: .init(flops: 10, bytes: 100), backward: .init(flops: 20, bytes: 90), keptBytes: 30, resultBytes: 8,
            parameterBytes: 1000, directFlops: 11)
        let second = CostEstimate(
            forward: .init(flops: 1, bytes: 70), backward: .init(flops: 2, bytes: 50), keptBytes: 5, resultBytes: 4,
            parameterBytes: 10, directFlops: 1)
        let both = first.followed(by: second)
        #expect(both.forward == .init(flops: 11, bytes: 108))
        #expect(both.backward == .init(flops: 22, bytes: 98))
        #expect(both.keptBytes == 35)
        #expect(both.resultBytes == 4)
        #expect(both.parameterBytes == 1010)
        #expect(both.directFlops == 12)
        #expect(both.flops == 33)
        #expect(both.bytes == 108)
    }

    @Test("Clips beyond any machine are refused, not computed")
    func overflow() throws {
        let example = Example(
            architecture: #"{"family":"r3d","channels":[300,4,4,4],"blocks":[1,1,1,1]}"#, clip: [3, 4096, 8192, 8192])
        let network = try example.network()
        #expect(throws: ShapeError.self) { try network.cost(parallelism: .single) }
    }

    @Test("Parameters and operators are counted as PyTorch counts them")
    func counts() throws {
        let network = try Self.examples[1].network()
        // The same description in PyTorch: sum(p.numel() for p in model.parameters()).
        let stem = 5 * 3 * 49 + 2 * 5 + 6 * 5 * 3 + 2 * 6
        func block(_ inputs: Int, _ outputs: Int) -> Int {
            let middle = inputs * outputs * 27 / (inputs * 9 + 3 * outputs)
            func part(_ from: Int) -> Int { middle * from * 9 + 2 * middle + outputs * middle * 3 + 2 * outputs }
            let around = inputs == outputs ? 0 : inputs * outputs + 2 * outputs
            return part(inputs) + part(outputs) + around
        }
        let expected = stem + block(6, 6) + block(6, 8) + block(8, 12) + block(12, 16) + 16 * 3 + 3
        #expect(network.parameterCount == expected)
        // Two in the stem, four in each block, three ways around; a ReLU behind all but those.
        #expect(
            network.operators == ["convolution3D": 21, "add": 4, "relu": 18, "mean": 1, "linear": 1])
    }
}
