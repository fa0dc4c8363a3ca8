import Evaluation
import ArgumentParser
import Autodiff
import Models
import Tensors
import Training

struct TrainingStep: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "training-step",
        abstract: "One step of the Moving Shapes network: forward, backward, gradient limit, AdamW; clips are there.")
    @Option(help: "Clips of the batch.") var batch = 4
    @OptionGroup var workload: Workload

    func run() throws {
        let configuration = TrainingConfiguration.standard(.sides)
        var network = try TrainableNetwork(
            configuration.architecture, outputs: 3, locatorClasses: nil, dropout: 0, seed: 1)
        var state = configuration.optimizer.state(for: network.parameters)
        let clips = workload.clip([batch, 3, workload.frames, workload.side, workload.side])
        let labels = (0..<batch).map { $0 % 3 }
        try Measurement("training step", workload, model: "batch \(batch)", load: 0) {
            let tape = Tape(parallelism: workload.parallelism)
            let pass = try network.pass(clips, on: tape, dropout: DropoutSeed(seed: 1, step: 0, layer: 0))
            var gradients = try tape.releasingGradients(
                of: crossEntropy(pass.scores, labels: labels), seed: Tensor(scalar: 1),
                withRespectTo: pass.parameters)
            _ = Training.clip(&gradients, toNorm: configuration.gradientNorm)
            configuration.optimizer.step(
                &network.parameters, gradients: gradients, state: &state, rate: 0.001, decays: network.decays)
            network.take(pass)
        }.report()
    }
}
