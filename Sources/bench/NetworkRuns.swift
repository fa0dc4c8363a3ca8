import ArgumentParser
import Attribution
import Models

struct Forward: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The raw outputs for one clip.")
    @Argument(help: "r2plus1d_18, r3d_18, mc3_18 or moving_shapes.") var model: String
    @OptionGroup var workload: Workload

    func run() throws {
        let (network, clip) = (try workload.network(model), workload.clip)
        try Measurement("forward", workload, model: model) {
            _ = try network.scores(of: clip, parallelism: workload.parallelism)
        }.report()
    }
}

struct Gradient: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "One output and its gradient by the clip.")
    @Argument(help: "r2plus1d_18, r3d_18, mc3_18 or moving_shapes.") var model: String
    @OptionGroup var workload: Workload

    func run() throws {
        let (network, clip) = (try workload.network(model), workload.clip)
        try Measurement("gradient", workload, model: model) {
            _ = try network.gradient(of: .output(7), at: clip, parallelism: workload.parallelism)
        }.report()
    }
}

struct SmoothGradRun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "smoothgrad",
        abstract: "The mean gradient over noisy copies, through the attribution method itself.")
    @Argument(help: "r2plus1d_18, r3d_18, mc3_18 or moving_shapes.") var model: String
    @Option(help: "Noisy copies; two counts tell what one copy costs.") var samples = 4
    @OptionGroup var workload: Workload

    func run() throws {
        let (network, clip) = (try workload.network(model), workload.clip)
        let score = Score { clip, parallelism in
            let result = try network.gradient(of: .output(7), at: clip, parallelism: parallelism)
            return ScoreGradient(value: result.value, gradient: result.gradient)
        }
        let method = SmoothGrad(
            statistic: .mean, samples: samples, tolerance: nil, levels: .standard, noise: PhiloxNoise(seed: 1))
        let control = RunControl(parallelism: workload.parallelism) { _ in }
        try Measurement("smoothgrad \(samples)", workload, model: model) {
            _ = try method.attribute(.pixels(clip), to: score, control: control)
        }.report()
    }
}
