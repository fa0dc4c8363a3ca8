import Checkpoints
import Foundation
import Pipelines
import TestSupport
import Testing

/// Models read by a process of their own before they are stored.
struct ModelRehearsalTests {
    private let directory: TemporaryDirectory
    private let checkpoint: URL

    init() throws {
        directory = try TemporaryDirectory()
        checkpoint = directory.url.appending(path: "checkpoint")
        try Data("no checkpoint at all".utf8).write(to: checkpoint)
    }

    private func run(_ executable: String) throws {
        try ModelRehearsal.run(executable, manifest: Data("{}".utf8), checkpoint: checkpoint)
    }

    private func script(_ text: String) throws -> String {
        try ScriptFile.write(text, named: "reader", in: directory.url)
    }

    @Test(arguments: [
        ("kill -SEGV $$", "its data makes a decoder fail"),
        ("kill -KILL $$", "reading it takes too much time or memory"),
        ("exit 0", "its reader ended"), (#"printf '\002\000\000\000\000'"#, "its reader sent what is no message"),
        (#"printf '\001\001\000\000\000x'"#, "its reader sent what is no message"),
    ])
    func aReaderThatFailsFailsTheModel(_ text: String, _ reason: String) throws {
        let reader = try script(text)
        #expect(throws: CheckpointError.unreadable(reason)) { try run(reader) }
    }

    @Test func whatTheReaderRefusesInOrderIsForTheCallerToFind() throws {
        // The manifest went to the reader, and nothing of it is left.
        let seen = directory.url.appending(path: "seen")
        let reader = try script(#"cp "$4" '\#(seen.path)'; printf '\001\000\000\000\000'"#)
        try run(reader)
        #expect(try Data(contentsOf: seen) == Data("{}".utf8))
        let bundle = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        try run(bundle.deletingLastPathComponent().appending(path: "cinegrad").path)
    }
}
