import ArgumentParser
import Foundation
import Pipelines
import Store
import Tensors

/// `cinegrad models`: the models of a data directory, and files that may become some.
struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "List, inspect, test, add and remove models.",
        discussion: """
            Works on the data directory of the service, whether it is running or not.

            Examples:
              cinegrad models inspect best.pt
              cinegrad models inspect best.pt --manifest ef.json
              cinegrad models add ef.json best.pt
              cinegrad models list
              cinegrad models test moving-shapes-sides --clips 500
              cinegrad models remove echonet-dynamic-ef
            """,
        subcommands: [ListModels.self, InspectFile.self, TestModel.self, AddModel.self, RemoveModel.self])
}

/// Which data directory a command works on: that of `cinegrad serve` with the same settings.
struct DataDirectoryOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("A YAML file with settings.", valueName: "file"))
    var config: String?

    @Option(
        name: .long, help: ArgumentHelp("Where uploads and results live; created if absent.", valueName: "directory"))
    var dataDirectory: String?

    func settings() throws -> AppConfiguration {
        let flags = [dataDirectory.map { FlagValue(.dataDirectory, flag: "--data-directory", text: $0) }]
        return try AppConfiguration(
            flags: flags.compactMap(\.self), environment: ProcessInfo.processInfo.environment, file: config)
    }

    func withStore<Result>(_ body: (Store, AppConfiguration) throws -> Result) throws -> Result {
        do {
            let settings = try settings()
            return try body(try Store.beside(settings.dataDirectory), settings)
        } catch {
            throw CommandFailure(error)
        }
    }
}

/// `cinegrad models list`
struct ListModels: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the bundled models and those of the data directory.")

    @OptionGroup var directory: DataDirectoryOptions

    func run() async throws {
        print(try directory.withStore { store, settings in try ModelTable(store, settings.parallelism).text })
    }
}

/// `cinegrad models add`
struct AddModel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Check a manifest with its checkpoint and store them as a model.",
        discussion: """
            The checkpoint is bound to its architecture, every parameter once, and a dry run of shapes follows a clip through it. \
            No code of the file runs. The same manifest with the same checkpoint again is the same model.
            """)

    @Argument(help: "The manifest, a JSON document.") var manifest: String
    @Argument(help: "The weights: safetensors, or what torch.save made of a state dictionary.") var checkpoint: String
    @OptionGroup var directory: DataDirectoryOptions

    func run() async throws {
        let text = try directory.withStore { store, settings in
            let json = try Data(contentsOf: InputFile.url(manifest, kind: "a manifest"))
            let file = try InputFile.url(checkpoint, kind: "a checkpoint")
            let (record, isNew) = try ModelRegistration.register(
                store.take(file, limit: settings.limits.modelBytes), manifest: json, in: store, owner: "",
                parallelism: settings.parallelism)
            if isNew { try store.audit(.operatorDid("models add", kind: "model", id: record.id)) }
            let facts = ModelFacts(stored: record.facts).map { "\n" + FactsText($0).text } ?? ""
            return "\(isNew ? "added" : "there already:") \(record.name) (\(record.id))\n  sha-256: \(record.sha256)"
                + facts
        }
        print(text)
    }
}

/// `cinegrad models remove`
struct RemoveModel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Delete a model and its checkpoint; finished explanations by it stay.")

    @Argument(help: "An id or a name.") var model: String
    @OptionGroup var directory: DataDirectoryOptions

    func run() async throws {
        let name = try directory.withStore { store, _ in
            let id = try store.model(id: model)?.id ?? store.model(name: model)?.id
            let name = try ModelLibrary.remove(model, from: store)
            try store.audit(.operatorDid("models remove", kind: "model", id: id))
            return name
        }
        print("removed \(name)")
    }
}

extension AppConfiguration {
    fileprivate var parallelism: Parallelism { Parallelism(threads: workers.threads) }
}

extension Store {
    /// Copies a file into the directory.
    /// - Throws: `Failure` when it is larger than models may be.
    fileprivate func take(_ url: URL, limit: Int) throws -> Content {
        let upload = try beginUpload()
        let file = try FileHandle(forReadingFrom: url)
        defer { try? file.close() }
        while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
            try upload.write([UInt8](piece))
            guard upload.bytesWritten <= limit else {
                upload.cancel()
                throw Failure(
                    code: "checkpoint.too-large",
                    message: "the checkpoint has more than \(limit) bytes (limits.model-bytes)")
            }
        }
        return try upload.finish()
    }
}
