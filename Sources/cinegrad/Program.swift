import ArgumentParser
import Dispatch
import Foundation

/// Where the program begins.
@main
enum Program {
    static func main() {
        // A limit of file size is an error of the write then, as a full disk is, and not the end of the process (setrlimit(2)).
        signal(SIGXFSZ, SIG_IGN)
        readForAnother()
        Task {
            await Cinegrad.main(nil)
            exit(EXIT_SUCCESS)
        }
        dispatchMain()
    }

    /// Does what another process of this program asks for, and ends. On the first thread, before there is any other: what a process gives up
    /// (seccomp(2), landlock(7)), each of its threads would have to give up for itself.
    private static func readForAnother() {
        let readers: [any ParsableCommand.Type] = [ReadDICOM.self, ReadVideo.self, CheckModel.self]
        let arguments = CommandLine.arguments.dropFirst()
        guard let name = arguments.first,
            let reader = readers.first(where: { $0.configuration.commandName == name })
        else { return }
        do {
            var command = try reader.parseAsRoot(Array(arguments.dropFirst()))
            try command.run()
            exit(EXIT_SUCCESS)
        } catch {
            reader.exit(withError: error)
        }
    }
}
