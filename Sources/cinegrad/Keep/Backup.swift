import ArgumentParser
import Foundation
import Store

/// `cinegrad backup`
struct Backup: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy a data directory, while the service runs on it or not.",
        discussion: """
            The copy is a data directory itself, as everything was at one moment, and its bytes are compared with their hashes on the way. \
            To try it:  cinegrad check --data-directory COPY
            To restore it, stop the service and put the copy in the place of its data directory.
            """)

    @Argument(help: ArgumentHelp("Where the copy is to be; must not exist.", valueName: "copy"))
    var target: String

    @OptionGroup var directory: DataDirectoryOptions

    func run() throws {
        do {
            let report = try StoreBackup.run(
                directory.settings().dataDirectory, to: URL(filePath: target, directoryHint: .isDirectory))
            for finding in report.findings { print(finding) }
            print("\(target): \(report.summary)")
            if report.isDamaged { throw ExitCode(1) }
        } catch let code as ExitCode {
            throw code
        } catch {
            throw CommandFailure(error)
        }
    }
}
