import ArgumentParser
import Attribution
import Autodiff
import Models
import Tensors

struct Forward: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The raw outputs for one clip.")
    @Argument(help: "r2plus1d_18, r3d_18, mc3_18 or moving_shapes; a checkpoint with --manifest.") var model: String
    @OptionGroup var workload: Workload

    func run() throws {
        let (network, clip, load) = try workload.prepared(model)
        try Measurement("forward", workload, model: model, load: load) {
            _ = try network.scores(of: clip, parallelism: workload.parallelism)
        }.report()
    }
}

struct Gradient: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "One output and its gradient by the clip.")
    @Argument(help: "r2plus1d_18, r3d_18, mc3_18 or moving_shapes; a checkpoint with --manifest.") var model: String
    @OptionGroup var workload: Workload

    func run() throws {
        let (network, clip, load) = try workload.prepared(model)
        var measurement = try Measurement("gradient", workload, model: model, load: load) {
            _ = try network.gradient(
                of: .output(min(7, network.outputs - 1)), at: clip, parallelism: workload.parallelism)
        }
        measurement.predictedBytes = try network.cost(parallelism: workload.parallelism).bytes
        try measurement.report()
    }
}

extension Workload {
    /// What is measured, and the seconds that loading it took.
    fileprivate func prepared(_ model: String) throws -> (network: Network, clip: Tensor, load: Double) {
        let clock = ContinuousClock()
        let start = clock.now
        let network = try network(model)
        let elapsed = (clock.now - start).components
        return (network, clip(network.clipShape), Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18)
    }
}

struct SmoothGradRun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "smoothgrad",
        abstract: "The mean gradient over noisy copies, through the attribution method itself.")
    @Argument(help: "r2plus1d_18, r3d_18, mc3_18 or moving_shapes; a checkpoint with --manifest.") var model: String
    @Option(help: "Noisy copies; two counts tell what one copy costs.") var samples = 4
    @OptionGroup var workload: Workload

    func run() throws {
        let (network, clip, load) = try workload.prepared(model)
        let score = Score { clip, parallelism in
            let result = try network.gradient(
                of: .output(min(7, network.outputs - 1)), at: clip, parallelism: parallelism)
            return ScoreGradient(value: result.value, gradient: result.gradient)
        }
        let method = SmoothGrad(
            statistic: .mean, samples: samples, tolerance: nil, levels: .standard, noise: PhiloxNoise(seed: 1))
        let control = RunControl(parallelism: workload.parallelism) { _ in }
        try Measurement("smoothgrad \(samples)", workload, model: model, load: load) {
            _ = try method.attribute(.pixels(clip), to: score, control: control)
        }.report()
    }
}
