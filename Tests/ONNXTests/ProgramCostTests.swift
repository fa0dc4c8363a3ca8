import Autodiff
import Foundation
import ONNX
import Tensors
import TestSupport
import Testing

/// What is predicted of a pass beside what a meter counts of it.
@Suite struct ProgramCostTests {
    /// One gradient as the service takes it, the input not counted.
    private static func gradient(
        _ program: Program, at input: Tensor, threads: Int
    ) throws -> (meter: WorkMeter, forward: Int) {
        let meter = WorkMeter()
        let forward = try meter.measuring {
            let tape = Tape(parallelism: Parallelism(threads: threads))
            let x = tape.variable(input)
            let y = try program(x)
            let forward = meter.peakBytes
            let seed = Tensor(shape: y.shape, repeating: 1)
            _ = try tape.releasingGradients(of: y, seed: seed, withRespectTo: [x])
            return forward
        }
        return (meter, forward)
    }

    private static let names: [String] =
        ExportedNetworkTests.cases.map { "networks/\($0)_\($1)" }
        + GoldenProgramTests.names

    private static func program(_ name: String) throws -> (program: Program, input: Tensor) {
        let isExported = name.hasPrefix("networks/")
        let values = isExported ? name.replacing("_dynamo", with: "").replacing("_script", with: "") : name
        let input = try #require(try TestSupport.golden("onnx/\(values).safetensors")["input"])
        let program = try HostileFileTests.open("\(name).onnx").program(for: input.shape, limits: GraphLimits())
        return (program, input)
    }

    @Test(
        "A gradient makes the predicted operations and holds what was predicted, or up to three tenths less",
        arguments: names
    )
    func networks(_ name: String) throws {
        let (program, input) = try Self.program(name)
        for threads in [1, 2] {
            let cost = program.cost(parallelism: Parallelism(threads: threads))
            let (meter, forward) = try Self.gradient(program, at: input, threads: threads)
            #expect(meter.flops == cost.flops)
            #expect(forward <= cost.forward.bytes)
            #expect(meter.peakBytes <= cost.bytes)
            // Whether two threads are at work at once is left to chance.
            guard threads == 1 else { continue }
            #expect(forward * 10 >= cost.forward.bytes * 7, "\(forward) of \(cost.forward.bytes)")
            #expect(meter.peakBytes * 10 >= cost.bytes * 7, "\(meter.peakBytes) of \(cost.bytes)")
        }
    }

    @Test("A gradient through any operator holds no more than was predicted", arguments: OperatorTests.cases)
    func operators(_ one: OperatorTests.Case) throws {
        let shape = try Shape(validating: one.input_shape)
        let program = try Graph(file: one.model, external: nil, limits: GraphLimits()).validated()
            .program(for: shape, limits: GraphLimits())
        let cost = program.cost(parallelism: .single)
        let (meter, forward) = try Self.gradient(program, at: Tensor(shape: shape, values: one.input), threads: 1)
        #expect(forward <= cost.forward.bytes)
        #expect(meter.peakBytes <= cost.bytes)
        #expect(meter.flops == cost.flops)
    }

    @Test(
        "A pass from a layer holds what was predicted",
        arguments: ["x3d_se_hardswish", "frame_cnn_mean", "networks/r2plus1d_18_dynamo"])
    func layers(_ name: String) throws {
        let (whole, input) = try Self.program(name)
        let graph = try HostileFileTests.open("\(name).onnx")
        #expect(whole.layerCost(parallelism: .single) == nil)
        #expect(whole.layers.count > 5)
        for layer in whole.layers {
            let program = try graph.program(for: input.shape, limits: GraphLimits(), keeping: layer)
            let cost = try #require(program.layerCost(parallelism: .single))
            let meter = WorkMeter()
            try meter.measuring {
                let tape = Tape(parallelism: .single)
                let (y, activation) = try #require(try program.recordingFromLayer(tape.constant(input)))
                let seed = Tensor(shape: y.shape, repeating: 1)
                _ = try tape.releasingGradients(of: y, seed: seed, withRespectTo: [activation])
            }
            #expect(meter.flops == cost.flops, "\(layer.name)")
            #expect(meter.peakBytes <= cost.bytes, "\(layer.name)")
            #expect(meter.peakBytes * 10 >= cost.bytes * 7, "\(layer.name): \(meter.peakBytes) of \(cost.bytes)")
        }
    }

    @Test("A trunk keeps a bit for each ReLU, and nothing else is left behind")
    func trunk() throws {
        let (program, input) = try Self.program("networks/r2plus1d_18_dynamo")
        let cost = program.cost(parallelism: .single)
        let (tape, meter) = (Tape(parallelism: .single), WorkMeter())
        let y = try meter.measuring { try program(tape.variable(input)) }
        #expect(meter.heldBytes == cost.keptBytes + y.shape.count * 4)
        #expect(cost.keptBytes < input.count * 4)
    }
}
