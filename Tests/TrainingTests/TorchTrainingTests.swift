import Autodiff
import Models
import Tensors
import TestSupport
import Testing
import Training

/// A small network before and after four steps of PyTorch's optimisers.
@Suite struct TorchTrainingTests {
    private static let moments = Optimizer.Moments(first: 0.9, second: 0.999, epsilon: 1e-2)
    static let optimizers: [(String, Optimizer, Double)] = [
        ("sgd", .sgd(momentum: 0.9, decay: 0.1), 0.05), ("adam", .adam(moments, decay: 0.1), 0.01),
        ("adamw", .adamW(moments, decay: 0.1), 0.01),
    ]

    @Test("Four steps end where PyTorch's do: losses, parameters, running statistics", arguments: 0..<3)
    func agrees(_ index: Int) throws {
        let (name, optimizer, rate) = Self.optimizers[index]
        let arrays = try golden("training/steps.safetensors")
        func array(_ name: String) throws -> Tensor { try #require(arrays[name], "there is no \(name)") }
        var network = try TrainableNetwork(
            MovingShapesDescription(widths: [4, 5, 6, 7]), outputs: 3, locatorClasses: nil, dropout: 0, seed: 1)
        network.parameters = try network.parameterNames.map { try array("start.\($0)") }
        network.statistics = try network.statisticNames.map { try array("start.\($0)") }
        var state = optimizer.state(for: network.parameters)
        var losses: [Float] = []
        for step in 0..<4 {
            let tape = Tape(parallelism: .single)
            let pass = try network.pass(
                array("x"), on: tape, dropout: DropoutSeed(seed: 1, step: UInt32(step), layer: 0))
            let loss = try crossEntropy(pass.scores, labels: [0, 2, 1, 2])
            var gradients = try tape.releasingGradients(
                of: loss, seed: Tensor(scalar: 1), withRespectTo: pass.parameters)
            #expect(clip(&gradients, toNorm: 0.5) > 0.5, "the limit tests nothing")
            optimizer.step(
                &network.parameters, gradients: gradients, state: &state, rate: rate, decays: network.decays)
            network.take(pass)
            losses += loss.value.values
        }
        expectClose(
            try Tensor(shape: [4], values: losses), try array("\(name).losses"), relative: 2e-5, absolute: 0)
        for (path, value) in zip(network.parameterNames, network.parameters) {
            expectClose(value, try array("\(name).\(path)"), relative: 5e-5, absolute: 2e-6)
        }
        for (path, value) in zip(network.statisticNames, network.statistics) {
            expectClose(value, try array("\(name).\(path)"), relative: 5e-5, absolute: 2e-6)
        }
    }
}
