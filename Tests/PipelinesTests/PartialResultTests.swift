import Cine
import Checkpoints
import Foundation
import Jobs
import Logging
import Models
import Pipelines
import Store
import Synchronization
import Tensors
import TestSupport
import Testing
import Video

/// A job that fails half-way keeps what it finished and says why. The network here takes the logarithm of something that noise makes negative now and
/// then, so it really fails, at a sample that is not the first.
@Suite struct PartialResultTests {
    private struct Scene {
        let directory: TemporaryDirectory
        let store: Store
        let library: ModelLibrary
        let job: ClaimedJob

        /// The network that fails, on an array.
        /// - Parameter frames: of the video; a window has four.
        init(_ request: String, frames: Int) throws {
            let clip = try Tensor(
                shape: [3, frames, 8, 8], values: (0..<3 * frames * 64).map { Float($0 % 2) })
            try self.init(
                request, video: NumPy.encode(clip, shape: clip.shape), facts: #"{"frames": \#(frames)}"#
            ) { store in
                let upload = try store.beginUpload()
                try upload.write(Array(Data(contentsOf: fixture("onnx/logarithm.onnx"))))
                let manifest =
                    #"{"name": "logarithm", "architecture": "onnx", "task": "regression", "input": {"frames": 4, "height": 8, "width": 8}}"#
                return try ModelRegistration.register(
                    upload.finish(), manifest: Data(manifest.utf8), in: store, owner: "", parallelism: .single
                ).record.id
            }
        }

        init(_ request: String, video: [UInt8], facts: String, model: (Store) throws -> String) throws {
            directory = try TemporaryDirectory()
            store = try Store(directory: directory.url.appending(path: "data"))
            library = ModelLibrary(store: store, cacheBytes: 1 << 20)
            let upload = try store.beginUpload()
            try upload.write(video)
            let record = try store.addVideo(upload.finish(), facts: facts).record
            _ = try store.enqueue(
                request: request, videoID: record.id, modelID: model(store), artefacts: [], idempotency: nil)
            job = try #require(try store.claim(worker: "test", lease: .seconds(60)))
        }

        func run(_ control: JobControl) throws -> JobOutcome {
            try ExplanationRunner(
                store: store, library: library, limits: VideoLimits(),
                budget: JobBudget(parallelism: .single, bytes: 1 << 30), keepInterval: .zero
            ).run(job, control: control)
        }
    }

    private struct Partial: Decodable {
        struct Kept: Decodable {
            let samples: Int
            let windows: Int?
            let maps: [String]
        }
        let value: Double
        let kept: Kept?
    }

    private struct Report: Decodable {
        struct Map: Decodable {
            let kind: String
            let shape: [Int]
        }
        let complete: Bool
        let samples, samples_planned: Int
        let windows_finished, windows_planned: Int?
        let maps: [Map]
    }

    @Test("The mean over the samples before the one that failed is kept, with its number, and the stage is told")
    func failure() throws {
        let scene = try Scene(#"{"space": "pixels", "samples": 200, "noise": 0.1, "seed": 3, "checks": []}"#, frames: 4)
        let control = JobControl(
            store: scene.store, job: scene.job, lease: .seconds(60), limit: nil, logger: Logger(label: "test"))
        let error = #expect(throws: Failure.self) { try scene.run(control) }
        #expect(error?.code == "explanation.not-finite")
        control.keepAlive()
        #expect(try scene.store.fail(scene.job, code: "explanation.not-finite", message: error?.message ?? ""))

        let record = try #require(try scene.store.explanation(id: scene.job.id))
        #expect(record.state == .failed && record.stage == "attribution" && record.result == nil)
        let partial = try JSONDecoder().decode(Partial.self, from: Data(try #require(record.partial).utf8))
        let kept = try #require(partial.kept)
        // As many as were finished: the failing one is the next.
        #expect(kept.samples >= 1 && kept.samples < 200 && kept.samples == record.completed - 1)
        #expect(kept.maps == ["pixels"] && kept.windows == nil && partial.value.isFinite)

        let data = try #require(try scene.store.artefact(explanation: scene.job.id, name: .partial))
        let report = try JSONDecoder().decode(Report.self, from: data)
        #expect(!report.complete && report.samples == kept.samples && report.samples_planned == 200)
        #expect(report.maps.map(\.shape) == [[3, 4, 8, 8]])
        // The very map that so many samples give.
        let again = try Scene(
            #"{"space": "pixels", "samples": \#(kept.samples), "noise": 0.1, "seed": 3, "checks": []}"#, frames: 4)
        let other = JobControl(
            store: again.store, job: again.job, lease: .seconds(60), limit: nil, logger: Logger(label: "test"))
        guard case .succeeded(let result, let maps, let clip, let artefacts) = try again.run(other) else { return }
        #expect(
            try again.store.complete(again.job, result: result, maps: maps, clip: clip, artefacts: artefacts))
        let values = try #require(try scene.store.mapValues(explanation: scene.job.id, kind: "pixels"))
        #expect(values.allSatisfy(\.isFinite) && values.contains { $0 != 0 })
        #expect(try again.store.mapValues(explanation: again.job.id, kind: "pixels") == values)
        #expect(try scene.store.clipInfo(explanation: scene.job.id)?.frames == 4)
    }

    @Test("Of windows those are kept that were finished, and samples of the one that failed")
    func windows() throws {
        let scene = try Scene(
            #"{"space": "pixels", "samples": 4, "noise": 0.1, "seed": 3, "checks": [], "windows": {"stride": 4}}"#,
            frames: 400)
        let control = JobControl(
            store: scene.store, job: scene.job, lease: .seconds(60), limit: nil, logger: Logger(label: "test"))
        #expect(throws: Failure.self) { try scene.run(control) }
        let data = try #require(try scene.store.artefact(explanation: scene.job.id, name: .partial))
        let report = try JSONDecoder().decode(Report.self, from: data)
        let windows = try #require(report.windows_finished)
        #expect(windows >= 1 && windows < 100 && report.windows_planned == 100)
        let further = report.samples - 4 * windows
        #expect((0..<4).contains(further) && report.samples_planned == 400)
        let values = try #require(try scene.store.mapValues(explanation: scene.job.id, kind: "pixels"))
        let plane = 400 * 64
        let covered = (further > 0 ? windows + 1 : windows) * 4 * 64
        #expect(values[0] != 0 && values[covered - 1] != 0)
        #expect(values[covered..<plane].allSatisfy { $0 == 0 })
    }

    @Test("A job that is cancelled keeps what it finished; one that begins anew does not")
    func cancelled() throws {
        let scene = try Scene(
            #"{"space": "pixels", "samples": 5000, "checks": []}"#, video: SampleVideo.bytes, facts: #"{"frames": 32}"#
        ) { _ in "moving-shapes-sides" }
        let (store, job) = (scene.store, scene.job)
        let control = JobControl(store: store, job: job, lease: .seconds(60), limit: nil, logger: Logger(label: "test"))
        // Somebody asks for the end when something is kept.
        let asking = Task {
            for await record in store.changes(explanation: job.id) where record.partial?.contains("kept") == true {
                _ = try store.requestCancel(id: job.id)
                return
            }
        }
        #expect(throws: JobInterruption.cancelled) { try scene.run(control) }
        asking.cancel()
        #expect(try store.finishCancelled(job))
        let record = try #require(try store.explanation(id: job.id))
        let partial = try JSONDecoder().decode(Partial.self, from: Data(try #require(record.partial).utf8))
        #expect(record.state == .cancelled && (partial.kept?.samples ?? 0) >= 1)
        #expect(try store.mapValues(explanation: job.id, kind: "pixels")?.contains { $0 != 0 } == true)
    }

    @Test("A worker that takes a job again finds nothing of the attempt before")
    func anew() throws {
        let scene = try Scene(#"{"space": "pixels", "samples": 200, "noise": 0.1, "seed": 3, "checks": []}"#, frames: 4)
        let control = JobControl(
            store: scene.store, job: scene.job, lease: .seconds(60), limit: nil, logger: Logger(label: "test"))
        #expect(throws: Failure.self) { try scene.run(control) }
        let id = scene.job.id
        #expect(try scene.store.mapInfo(explanation: id, kind: "pixels") != nil)
        #expect(try scene.store.release(scene.job))
        let again = try #require(try scene.store.claim(worker: "test", lease: .seconds(60)))
        #expect(again.id == id && again.attempts == 2)
        #expect(try scene.store.mapInfo(explanation: id, kind: "pixels") == nil)
        #expect(try scene.store.artefact(explanation: id, name: .partial) == nil)
        #expect(try scene.store.clipInfo(explanation: id) == nil)
        #expect(try scene.store.explanation(id: id)?.partial == nil)
    }
}
