import ArgumentParser

@main
struct Cinegrad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cinegrad",
        abstract: "Explains what a video model looked at, and whether it was appearance or motion.",
        subcommands: [Serve.self])
}
