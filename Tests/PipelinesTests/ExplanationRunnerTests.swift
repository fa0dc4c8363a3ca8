import Cine
import Foundation
import Jobs
import Logging
import Models
import Pipelines
import Store
import Tensors
import TestSupport
import Testing
import Video

/// From a stored request to stored maps.
@Suite struct ExplanationRunnerTests {
    private func stored(_ request: String, model: String) throws -> (TemporaryDirectory, Store, ClaimedJob) {
        let directory = try TemporaryDirectory()
        let store = try Store(directory: directory.url.appending(path: "data"))
        let upload = try store.beginUpload()
        try upload.write(SampleVideo.bytes)
        let video = try store.addVideo(upload.finish(), facts: "{}").record
        _ = try store.enqueue(request: request, videoID: video.id, modelID: model, artefacts: [], idempotency: nil)
        return (directory, store, try #require(try store.claim(worker: "test", lease: .seconds(60))))
    }

    private func run(_ store: Store, _ job: ClaimedJob, bytes: Int = 1 << 30) throws -> JobOutcome {
        try ExplanationRunner(
            store: store, library: ModelLibrary(store: store, cacheBytes: 1 << 20), limits: VideoLimits(),
            budget: JobBudget(parallelism: Parallelism(threads: 2), bytes: bytes), keepInterval: .zero
        ).run(
            job,
            control: JobControl(store: store, job: job, lease: .seconds(60), limit: nil, logger: Logger(label: "test")))
    }

    @Test("What is stored is what the pipeline computes, frame by frame, with the clip under it")
    func result() throws {
        let request = #"{"samples":1,"seed":3,"checks":[]}"#
        let (directory, store, job) = try stored(request, model: "moving-shapes-sides")
        defer { withExtendedLifetime(directory) {} }
        guard case .succeeded(let result, let maps, let clip, let artefacts) = try run(store, job) else {
            Issue.record("the job did not succeed")
            return
        }
        #expect(try store.complete(job, result: result, maps: maps, clip: clip, artefacts: artefacts))
        let expected = try SampleVideo().explain(.sides, request)
        for map in expected.maps {
            let kind = map.kind.rawValue
            #expect(try store.mapValues(explanation: job.id, kind: kind) == map.values.values)
            let last = map.frames - 1
            #expect(
                try store.mapFrame(explanation: job.id, kind: kind, frame: last)
                    == map.components(ofFrame: last).flatMap { $0 })
            #expect(try store.mapInfo(explanation: job.id, kind: kind)?.firstClipFrame == map.firstClipFrame)
        }
        let frame = try #require(try store.clipFrame(explanation: job.id, frame: 31))
        let intensities = expected.clip.clip.intensities
        #expect(frame.pixels[0] == UInt8((intensities[0, 31, 0, 0] * 255).rounded()))
        #expect(frame.pixels[112 * 112 * 3 - 1] == UInt8((intensities[2, 31, 111, 111] * 255).rounded()))
        for (name, document) in [(Artefact.Name.vectors, expected.vectors), (.trajectories, expected.trajectories)] {
            let stored = try store.artefact(explanation: job.id, name: name)
            #expect(stored != nil && stored == document)
        }
        #expect(
            try store.mapValues(explanation: job.id, kind: AuxiliaryMap.samplingFlow.rawValue)
                == expected.flow?.displacements.values)
        let noisy = try #require(try store.mapValues(explanation: job.id, kind: AuxiliaryMap.noisyFrames.rawValue))
        #expect(noisy.count == 3 * 3 * 112 * 112 && noisy[0] == expected.noisyClip?[0, 0, 0, 0])
        #expect(noisy[3 * 3 * 112 * 112 - 1] == expected.noisyClip?[2, 31, 111, 111])
        let text = try #require(store.explanation(id: job.id)?.result)
        let report = try JSONDecoder().decode([String: AnyValue].self, from: Data(text.utf8))
        #expect(report["notice"] != nil && report["shares"] != nil && report["provenance"] != nil)
    }

    private struct AnyValue: Decodable { init(from decoder: any Decoder) throws {} }

    @Test("A job beyond the budget is refused with both numbers, before it takes any memory")
    func budget() throws {
        let (directory, store, job) = try stored("{}", model: "moving-shapes-sides")
        defer { withExtendedLifetime(directory) {} }
        let network = try BundledModel.sides.load()
        let cost = try ExplainCost(
            network: network, plan: ExplainPlan(ExplainRequest(), manifest: network.manifest),
            parallelism: Parallelism(threads: 2))
        let meter = WorkMeter()
        let error = #expect(throws: Failure.self) {
            try meter.measuring { try run(store, job, bytes: cost.bytes - 1) }
        }
        #expect(error?.code == "explanation.too-much-memory")
        #expect(
            error?.message.contains("would hold \(cost.bytes) bytes at once, \(cost.bytes - 1) are allowed") == true)
        #expect(meter.flops == 0 && meter.peakBytes < 1 << 20)
    }

    @Test("The result tells how long storing took, and what the next job may be expected to take")
    func speed() throws {
        let (directory, store, job) = try stored(
            #"{"samples":1,"checks":[],"space":"pixels"}"#, model: "moving-shapes-sides")
        defer { withExtendedLifetime(directory) {} }
        let threads = Parallelism(threads: 2)
        let manifest = try BundledModel.sides.load().manifest
        func rate(_ model: String, _ json: String) throws -> JobRate {
            try JobRate(
                store: store, model: model,
                plan: ExplainPlan(ExplainRequest(json: Data(json.utf8)), manifest: manifest), parallelism: threads)
        }
        #expect(try rate("moving-shapes-sides", "{}") == .standard(threads))
        guard case .succeeded(let result, let maps, let clip, let artefacts) = try run(store, job) else {
            Issue.record("the job did not succeed")
            return
        }
        #expect(try store.complete(job, result: result, maps: maps, clip: clip, artefacts: artefacts))
        struct Report: Decodable {
            struct Cost: Decodable { let flops_per_second: Double }
            struct Provenance: Decodable { let timings: [String: Double] }
            let cost: Cost
            let provenance: Provenance
        }
        let text = try #require(store.explanation(id: job.id)?.result)
        let report = try JSONDecoder().decode(Report.self, from: Data(text.utf8))
        #expect(
            Set(report.provenance.timings.keys) == [
                "decode", "prediction", "flow", "attribution", "checks", "motion", "forward", "backward", "store",
            ])
        let timings = report.provenance.timings
        #expect(timings.values.allSatisfy { $0 >= 0 } && (timings["store"] ?? 0) > 0)
        let inPasses = (timings["forward"] ?? 0) + (timings["backward"] ?? 0)
        #expect(inPasses > 0 && inPasses <= (timings["prediction"] ?? 0) + (timings["attribution"] ?? 0))

        let same = try rate("moving-shapes-sides", #"{"checks":[],"space":"pixels"}"#)
        #expect(same.basis == .model && same.flopsPerSecond == report.cost.flops_per_second && same.otherSeconds > 0)
        let other = try rate("moving-shapes-angle", "{}")
        #expect(other.basis == .jobs && other.flopsPerSecond == same.flopsPerSecond)
        #expect(other.otherSeconds == 0, "no job of this kind was there")
    }

    @Test("Faults of the request fail with their code; a model that is gone is told")
    func failures() throws {
        let (first, store, job) = try stored(#"{"target":{"output":9},"samples":1}"#, model: "moving-shapes-sides")
        defer { withExtendedLifetime(first) {} }
        let error = #expect(throws: Failure.self) { try run(store, job) }
        #expect(error?.code == "target.unknown-output")
        #expect(error?.message == "the network has no output 9: outputs count from 0 to 2")
        let (second, other, gone) = try stored("{}", model: "nobody")
        defer { withExtendedLifetime(second) {} }
        let missing = #expect(throws: Failure.self) { try run(other, gone) }
        #expect(missing?.code == "model.not-found")
    }
}
