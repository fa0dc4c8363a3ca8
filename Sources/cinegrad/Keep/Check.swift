import ArgumentParser
import Foundation
import Store

/// `cinegrad check`
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look through a data directory for damage.",
        discussion: """
            Works whether the service is running or not, and changes nothing: the database by SQLite's own check and by the rules of its \
            schema, and whether the bytes of each video and model are there and are those that were stored. Ends with 1 when anything is \
            damaged; docs/operations.md says what to do then.
            """)

    @OptionGroup var directory: DataDirectoryOptions

    @Flag(name: .long, help: "Look at the presence and size of files, without reading them.")
    var quick = false

    func run() throws {
        let report: StoreReport
        do {
            report = try StoreCheck.run(directory.settings().dataDirectory, readingContent: !quick)
        } catch {
            throw CommandFailure(error)
        }
        for finding in report.findings { print(finding) }
        print(report.summary)
        print(report.isDamaged ? "There is damage." : "All of it is in order.")
        if report.isDamaged { throw ExitCode(1) }
    }
}

extension StoreReport {
    var summary: String {
        "\(videos) videos, \(models) models (\(contentBytes) bytes), \(explanations) explanations, \(evaluations) evaluations"
    }
}
