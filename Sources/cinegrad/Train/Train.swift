import ArgumentParser

struct Train: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a model from scratch.", subcommands: [TrainMovingShapes.self])
}
