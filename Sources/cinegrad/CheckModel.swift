import ArgumentParser
import Foundation
import Pipelines

/// `cinegrad check-model`: what the service starts for each model that is sent, so that a file which makes a reader crash ends that process alone.
/// Not for people, who have `cinegrad models inspect`.
struct CheckModel: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: ModelRehearsal.command, abstract: "Read a model for another process.", shouldDisplay: false)

    @Argument var file: String
    @Option var manifest: String

    func run() throws {
        ModelRehearsal.perform(manifest: URL(filePath: manifest), checkpoint: URL(filePath: file))
    }
}
