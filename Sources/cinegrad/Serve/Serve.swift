import ArgumentParser
import Foundation

/// `cinegrad serve`
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the HTTP service.",
        discussion: """
            Settings come from flags, then from environment variables (CINEGRAD_SERVER_PORT), then from the configuration \
            file, then from the defaults; Config/cinegrad.yaml lists them all.

            When the service is ready it prints its address and three commands to try. The log goes to standard error. \
            SIGTERM and Ctrl-C end it in order: requests under way are answered, jobs go back to the queue.
            """)

    @Option(name: .long, help: ArgumentHelp("A YAML file with settings.", valueName: "file"))
    var config: String?

    @Option(
        name: .long, help: ArgumentHelp("Where uploads and results live; created if absent.", valueName: "directory"))
    var dataDirectory: String?

    @Option(name: .long, help: ArgumentHelp("The address to listen on (default: 127.0.0.1).", valueName: "address"))
    var host: String?

    @Option(name: .long, help: ArgumentHelp("The TCP port (default: 8080); 0 takes a free one.", valueName: "number"))
    var port: Int?

    func run() async throws {
        let flags = [
            dataDirectory.map { FlagValue(.dataDirectory, flag: "--data-directory", text: $0) },
            host.map { FlagValue(.serverHost, flag: "--host", text: $0) },
            port.map { FlagValue(.serverPort, flag: "--port", text: String($0)) },
        ].compactMap(\.self)
        let configuration = try AppConfiguration(
            flags: flags, environment: ProcessInfo.processInfo.environment, file: config)
        try await ServingProcess(configuration).run()
    }
}
