import Attribution
import Cine
import Foundation
import Models
import Pipelines
import Synchronization
import Tensors
import TestSupport
import Testing
import Video

/// The main job on a real video with real models.
@Suite struct ExplainPipelineTests {
    @Test("The models read the sample clip as it was drawn")
    func predictions() throws {
        let sample = try SampleVideo()
        let sides = try sample.explain(.sides, #"{"method": "gradient", "space": "pixels", "checks": []}"#).report
        #expect(sides.prediction.label == "3 sides" && sides.prediction.output == 0)
        #expect((sides.prediction.probability ?? 0) > 0.9)
        #expect(sides.target.value == Double(sides.prediction.scores[0]))
        let angle = try sample.explain(.angle, #"{"method": "gradient", "space": "pixels", "checks": []}"#).report
        #expect(angle.target.definition == .angle(y: 1, x: 0))
        #expect(abs(angle.target.value * 180 / .pi - 30) < 4)
    }

    @Test("A decomposition yields all four maps, consistent with each other and with the report")
    func decomposition() throws {
        let explanation = try SampleVideo().explain(.sides, #"{"samples": 2, "seed": 7}"#)
        #expect(explanation.maps.map(\.kind) == [.pixels, .firstFrame, .flow, .error])
        #expect(
            explanation.maps.map(\.publicShape) == [
                [3, 32, 112, 112], [3, 112, 112], [2, 31, 112, 112], [3, 31, 112, 112],
            ])
        #expect(explanation.report.maps.map(\.shape) == explanation.maps.map(\.publicShape.extents))
        // What reaches the last frame reaches no later one: its residual's gradient is its own.
        let (pixels, error) = (explanation.maps[0], explanation.maps[3])
        for channel in 0..<3 {
            #expect(
                pixels.components(ofFrame: 31)[channel] == error.components(ofFrame: 30)[channel])
        }
        let shares = try #require(explanation.report.shares)
        #expect(abs(shares.appearance + shares.motion + shares.residual - 1) < 1e-9)
        #expect(min(shares.appearance, shares.motion, shares.residual) > 0.01)
        let fidelity = try #require(explanation.report.fidelity)
        #expect(fidelity.reconstructionError < 1e-5)
        #expect((fidelity.changeExplainedByFlow ?? 0) > 0.3 && fidelity.meanDisplacement > 0.1)
        let control = try #require(explanation.report.checks.randomisation)
        #expect(control.maps.map(\.kind) == explanation.maps.map(\.kind))
        for map in control.maps { #expect(abs(map.spearman ?? 1) < 0.2) }
        let method = explanation.report.provenance.method
        #expect(method.samples == 2 && method.seed == 7 && method.passes == 3)
        #expect(explanation.report.provenance.clip.sourceFrames == Array(0..<32))
        for report in explanation.report.maps { #expect(report.scale > 0 && report.minimum < 0 && report.maximum > 0) }
    }

    @Test("The same request gives the same bits on one thread and on two, another seed other ones")
    func reproducible() throws {
        let sample = try SampleVideo()
        let request = #"{"samples": 2, "seed": 7, "checks": []}"#
        let first = try sample.explain(.sides, request, threads: 1)
        let second = try sample.explain(.sides, request, threads: 2)
        for (a, b) in zip(first.maps, second.maps) { #expect(a.values.values == b.values.values) }
        let other = try sample.explain(.sides, #"{"samples": 2, "seed": 8, "checks": []}"#)
        #expect(other.maps[0].values.values != first.maps[0].values.values)
    }

    @Test("Progress reaches its total, and what the report throws ends the run within one pass")
    func progress() throws {
        let sample = try SampleVideo()
        let reports = Mutex<[ExplainProgress]>([])
        _ = try sample.explain(.sides, #"{"samples": 3, "space": "pixels"}"#) { report in
            reports.withLock { $0.append(report) }
        }
        let seen = reports.withLock { $0 }
        #expect(seen.map(\.completed) == seen.map(\.completed).sorted())
        #expect(seen.last?.completed == 6 && seen.allSatisfy { $0.total == 6 })
        #expect(seen.last?.stage == .checks)

        struct Cancelled: Error {}
        let passes = Mutex(0)
        #expect(throws: Cancelled.self) {
            try sample.explain(.sides, #"{"samples": 5000, "space": "pixels"}"#) { report in
                passes.withLock { $0 = report.completed }
                if report.completed == 2 { throw Cancelled() }
            }
        }
        #expect(passes.withLock { $0 } == 2)
    }

    @Test("A video that is too short is refused with both numbers, or padded when that is asked for")
    func padding() throws {
        let sample = try SampleVideo()
        let error = #expect(throws: VideoError.self) {
            try sample.explain(.sides, #"{"clip": {"start": 20}, "method": "gradient", "checks": []}"#)
        }
        #expect(error == .tooShort(available: 32, needed: 52, start: 20, period: 1))
        let padded = try sample.explain(
            .sides,
            #"{"clip": {"start": 20, "padding": "repeat_last"}, "method": "gradient", "space": "pixels", "checks": []}"#
        )
        #expect(padded.report.provenance.clip.sourceFrames == Array(20...31) + Array(repeating: 31, count: 20))
    }

    @Test("Another number of frames than the model was trained on is taken")
    func length() throws {
        let explanation = try SampleVideo().explain(
            .sides, #"{"clip": {"frames": 16, "period": 2}, "method": "gradient", "checks": []}"#)
        #expect(explanation.maps[0].publicShape == [3, 16, 112, 112])
        #expect(explanation.report.provenance.clip.sourceFrames == Array(stride(from: 0, to: 32, by: 2)))
    }

    @Test("An array of the clip's own shape is taken as it is; numbers that the network cannot bear are refused")
    func arrays() throws {
        let directory = try TemporaryDirectory()
        let network = try BundledModel.sides.load()
        func run(_ value: Float) throws -> Explanation {
            let file = directory.url.appending(path: "\(value).npy")
            let clip = Tensor(shape: network.clipShape, repeating: value)
            try Data(NumPy.encode(clip, shape: clip.shape)).write(to: file)
            return try ExplainPipeline(
                network: network,
                plan: ExplainPlan(
                    ExplainRequest(json: Data(#"{"method":"gradient","space":"pixels","checks":[]}"#.utf8)),
                    manifest: network.manifest),
                subject: ExplanationSubject(video: "a", model: "b", videoDigest: "", modelDigest: ""),
                parallelism: .single
            ).run(video: file, limits: VideoLimits()) { _ in }
        }
        let flat = try run(0.25)
        #expect(flat.clip.resized == false && flat.clip.clip.intensities.values.allSatisfy { $0 == 0.25 })
        #expect(
            try flat.report.prediction.scores
                == network.scores(of: Tensor(shape: network.clipShape, repeating: 0.25), parallelism: .single))
        #expect(throws: ExplainError.self) { try run(3e38) }
    }
}
