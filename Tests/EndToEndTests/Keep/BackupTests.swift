import Foundation
import Glibc
import TestSupport
import Testing

/// `cinegrad backup` and `cinegrad check`, as docs/operations.md has them used.
struct BackupTests {
    private static let request = #""model":"moving-shapes-sides","samples":3,"checks":[]"#

    @Test func aBackupOfARunningServiceIsRestored() async throws {
        let clip = try await RealClip.shared.value
        let directory = try TemporaryDirectory()
        let copy = directory.url.appending(path: "copy")
        let data = directory.url.appending(path: "data")
        func command(_ arguments: String...) async throws -> (ending: ChildProcess.Ending, output: String) {
            let (ending, output, errors) = try await BuiltBinary.end(arguments, environment: [:], in: directory)
            return (ending, output + errors)
        }
        var service = try await ServiceProcess.start(in: directory, environment: [:])
        let video = try await service.videoID(of: clip.url)
        let explanation = try await service.explain(video, Self.request)
        let map = try await service.npy(explanation, "flow")

        let backup = try await command("backup", copy.path, "--data-directory", data.path)
        #expect(backup.ending == .exit(0) && backup.output.contains("1 videos, 0 models"), "\(backup.output)")
        let check = try await command("check", "--data-directory", data.path)
        #expect(check.ending == .exit(0) && check.output.hasSuffix("All of it is in order.\n"), "\(check.output)")
        let again = try await command("backup", copy.path, "--data-directory", data.path)
        #expect(again.ending == .exit(1) && again.output.contains("exists already"), "\(again.output)")
        #expect(await service.stop() == .exit(0))

        // The data directory is lost; the copy takes its place.
        try FileManager.default.removeItem(at: data)
        try FileManager.default.copyItem(at: copy, to: data)
        service = try await ServiceProcess.start(in: directory, environment: [:])
        let content = try await service.curl("/v1/videos/\(video)/content", [], expecting: 200)
        #expect(content.body == Array(try Data(contentsOf: clip.url)))
        #expect(try await service.npy(try await service.finished(explanation.id), "flow") == map)
        #expect(await service.stop() == .exit(0))
    }

    @Test func aDamagedDatabaseKeepsTheServiceFromStarting() async throws {
        let directory = try TemporaryDirectory()
        let service = try await ServiceProcess.start(in: directory, environment: [:])
        #expect(await service.stop() == .exit(0))
        let data = directory.url.appending(path: "data")
        // A copy, in which the log has been brought into the database.
        let copy = directory.url.appending(path: "copy")
        #expect(
            try await BuiltBinary.end(
                ["backup", copy.path, "--data-directory", data.path], environment: [:], in: directory
            ).ending == .exit(0))
        let database = copy.appending(path: "cinegrad.sqlite")
        var bytes = try Data(contentsOf: database)
        bytes.replaceSubrange(100..<4096, with: repeatElement(0xA5, count: 3996))
        try bytes.write(to: database)
        let start = try await BuiltBinary.end(
            ["serve", "--port", "0", "--data-directory", copy.path], environment: [:], in: directory)
        #expect(start.ending == .exit(1) && start.output.isEmpty)
        #expect(
            start.errors.contains("the database") && start.errors.contains("is damaged on the disk"), "\(start.errors)")
        #expect(start.errors.contains("cinegrad check --data-directory \(copy.path)"), "\(start.errors)")
        let check = try await BuiltBinary.end(
            ["check", "--data-directory", copy.path], environment: [:], in: directory)
        #expect(check.ending == .exit(1) && check.output.contains("There is damage."), "\(check.output)\(check.errors)")
    }
}
