import ArgumentParser
import Autodiff
import Tensors

struct PeakRun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peak",
        abstract: "A product of two large matrices: how many operations a second this machine makes at best.")
    @Option(help: "Rows, columns and depth of the product.") var extent = 1536
    @OptionGroup var workload: Workload

    func run() throws {
        let tape = Tape(parallelism: workload.parallelism)
        let matrix = tape.constant(workload.clip([extent, extent]))
        try Measurement("peak", workload, model: "\(extent) cubed", load: 0) {
            _ = try matrixMultiply(matrix, matrix)
        }.report()
    }
}
