import Foundation
import Models
import TestSupport
import Testing

struct CheckpointTests {
    private let directory: TemporaryDirectory
    private let service: ServiceProcess
    private let manifest: String

    init() async throws {
        directory = try TemporaryDirectory()
        service = try await ServiceProcess.start(in: directory, environment: [:])
        manifest = BundledModel.sides.manifestJSON.replacing("\"moving-shapes-sides\"", with: "\"mine\"")
    }

    private func upload(
        manifest: String, checkpoint: some Collection<UInt8>, expecting status: Int,
        at location: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        let files = (directory.url.appending(path: "manifest.json"), directory.url.appending(path: "checkpoint"))
        try Data(manifest.utf8).write(to: files.0)
        try Data(checkpoint).write(to: files.1)
        return try await service.curl(
            "/v1/models", ["--form", "manifest=@\(files.0.path)", "--form", "checkpoint=@\(files.1.path)"],
            expecting: status, at: location)
    }

    @Test func anUploadedCopyGivesTheSameNumbers() async throws {
        let checkpoint = Array(BundledModel.sides.checkpoint)
        let answer = try await upload(manifest: manifest, checkpoint: checkpoint, expecting: 201)
        let model = try answer.decoded(as: ModelBody.self)
        #expect(model.name == "mine")
        #expect(model.sha256 == BundledModel.sides.sha256)
        #expect(
            try await upload(manifest: manifest, checkpoint: checkpoint, expecting: 200)
                .decoded(as: ModelBody.self) == model)

        let video = try await service.videoID(of: RealClip.shared.value.url)
        let fields = #""method":"gradient","checks":[]"#
        let mine = try await service.explain(video, "\(fields),\"model\":\"mine\"")
        let bundled = try await service.explain(video, "\(fields),\"model\":\"moving-shapes-sides\"")
        #expect(mine.prediction?.scores == bundled.prediction?.scores)
        #expect(try await service.npy(mine, "error") == service.npy(bundled, "error"))
    }

    @Test func tensorsMustBeThoseOfTheArchitecture() async throws {
        let bytes = BundledModel.sides.checkpoint
        let name = try #require(
            try SafetensorsFile(bytes).header.filter { $0.value.shape.count > 1 }.keys.min())

        var renamed = try SafetensorsFile(bytes)
        renamed.header["other.weight"] = renamed.header.removeValue(forKey: name)
        try await expectRefusal(renamed, "checkpoint.missing-parameter", name)

        var extra = try SafetensorsFile(bytes)
        extra.header["other.weight"] = SafetensorsFile.Entry(
            dtype: "F32", shape: [2], dataOffsets: [extra.values.count, extra.values.count + 8])
        extra.values += [UInt8](repeating: 0, count: 8)
        try await expectRefusal(extra, "checkpoint.unexpected-parameter", "other.weight")

        var flat = try SafetensorsFile(bytes)
        let count = try #require(flat.header[name]).shape.reduce(1, *)
        flat.header[name]?.shape = [count]
        try await expectRefusal(flat, "checkpoint.wrong-shape", name)

        var infinite = try SafetensorsFile(bytes)
        let start = try #require(infinite.header[name]).dataOffsets[0]
        infinite.values.replaceSubrange(start..<start + 4, with: [0, 0, 0x80, 0x7F])
        try await expectRefusal(infinite, "checkpoint.not-finite", name)

        let cut = try await upload(manifest: manifest, checkpoint: bytes.prefix(bytes.count / 2), expecting: 422)
        #expect(try cut.decoded(as: ProblemBody.self).code == "checkpoint.bad-tensor")
        let text = try await upload(manifest: manifest, checkpoint: "no checkpoint".utf8, expecting: 422)
        #expect(try text.decoded(as: ProblemBody.self).code == "checkpoint.unknown-format")
        let models = try await service.document("/v1/models", as: ModelListBody.self)
        #expect(models.items.map(\.name).sorted() == ["moving-shapes-angle", "moving-shapes-sides"])
    }

    @Test func manifestsMustBeComplete() async throws {
        let checkpoint = Array(BundledModel.sides.checkpoint)
        for wrong in ["{}", "[1]", manifest.replacing("\"input\"", with: "\"imput\"")] {
            let answer = try await upload(manifest: wrong, checkpoint: checkpoint, expecting: 422)
            let code = try answer.decoded(as: ProblemBody.self).code
            #expect(["model.invalid-manifest", "request.invalid"].contains(code))
        }
        let taken = try await upload(
            manifest: BundledModel.sides.manifestJSON, checkpoint: checkpoint, expecting: 409)
        #expect(try taken.decoded(as: ProblemBody.self).code == "model.name-taken")
        let alone = try await service.curl("/v1/models", ["--form", "manifest={}"], expecting: 400)
        #expect(try alone.decoded(as: ProblemBody.self).code == "request.missing-part")
    }

    private func expectRefusal(
        _ checkpoint: SafetensorsFile, _ code: String, _ detail: String, at location: SourceLocation = #_sourceLocation
    ) async throws {
        let answer = try await upload(
            manifest: manifest, checkpoint: try checkpoint.encoded(), expecting: 422, at: location)
        let problem = try answer.decoded(as: ProblemBody.self, at: location)
        #expect(problem.code == code, "\(problem.detail)", sourceLocation: location)
        #expect(problem.detail.contains(detail), "\(problem.detail)", sourceLocation: location)
    }
}

private struct ModelListBody: Decodable {
    let items: [ModelBody]
}
