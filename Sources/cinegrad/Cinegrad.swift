import ArgumentParser
import Foundation
import Pipelines

struct Cinegrad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cinegrad",
        abstract: "Explains what a video model looked at, and whether it was appearance or motion.",
        discussion: """
            A clip is taken apart into its first frame, the optical flow from frame to frame, and what flow does not explain; a model's \
            output is differentiated by each. Results are signed maps, pictures and a report with everything needed to make them again.

            Begin with:  cinegrad explain VIDEO --model moving-shapes-sides --output out/

            \(SoftwareVersion.notice)
            """,
        version: SoftwareVersion.current,
        subcommands: [
            Serve.self, Check.self, Backup.self, TokensCommand.self, Explain.self, ModelsCommand.self, Train.self,
            Evaluate.self, Dataset.self, ReadDICOM.self, ReadVideo.self, CheckModel.self,
        ])
}
