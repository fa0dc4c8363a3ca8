import ArgumentParser

struct Dataset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a set of clips with known truth.", subcommands: [DatasetMovingShapes.self])
}
