import Attribution
import Autodiff
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
        #expect((fidelity.changeExplainedByFlow ?? 0) > 0.3 && fidelity.displacement.mean > 0.1)
        let control = try #require(explanation.report.checks.randomisation)
        #expect(control.maps.map(\.kind) == explanation.maps.map(\.kind))
        for map in control.maps {
            #expect(abs(map.allWeights.spearman ?? 1) < 0.2)
            #expect(abs(map.randomMap.spearman ?? 1) < 0.02)
            #expect(map.logits.spearman != map.allWeights.spearman)
        }
        let method = explanation.report.provenance.method
        #expect(method.samples == 2 && method.seed == 7 && method.passes == 3)
        let software = explanation.report.provenance.software
        #expect(software.build?.wholeMatch(of: /[0-9a-f]{64}/) != nil)
        #expect(software.libraries["libavcodec"]?.wholeMatch(of: /[0-9]+\.[0-9]+\.[0-9]+/) != nil)
        #expect(explanation.report.provenance.clip.sourceFrames == Array(0..<32))
        for report in explanation.report.maps { #expect(report.scale > 0 && report.minimum < 0 && report.maximum > 0) }
    }

    @Test(
        "What is predicted of an explanation is what is counted of it",
        arguments: [
            #"{"samples": 3}"#, #"{"samples": 3, "space": "pixels"}"#, #"{"method": "gradient", "checks": []}"#,
            #"{"method": "integrated_gradients", "samples": 2, "checks": ["randomisation"]}"#,
            #"{"method": "vargrad", "samples": 2, "clip": {"frames": 16}, "flow": "zero"}"#,
            #"{"method": "gradcam", "checks": []}"#, #"{"method": "gradcam", "layer": "blocks.0", "checks": []}"#,
        ])
    func cost(_ json: String) throws {
        let network = try BundledModel.sides.load()
        let plan = try ExplainPlan(ExplainRequest(json: Data(json.utf8)), manifest: network.manifest)
        let cost = try ExplainCost(network: network, plan: plan, parallelism: Parallelism(threads: 2))
        let report = try SampleVideo().explain(.sides, json).report.cost
        #expect(report.estimate.bytes == cost.bytes && report.estimate.flops == cost.flops)
        #expect(report.actual.passes == cost.passes && report.estimate.passes == cost.passes)
        #expect(report.actual.flops == cost.flops)
        #expect(report.actual.bytes <= cost.bytes)
        // The report is written before what comes of it is stored.
        let tightness = cost.peak == .storing ? 5 : 7
        #expect(
            report.actual.bytes * 10 >= cost.bytes * tightness,
            "\(report.actual.bytes) of \(cost.bytes), \(cost.peak)")
        #expect(report.flopsPerSecond > 0 && report.actual.seconds > 0)
        #expect(report.estimate.seconds == Double(cost.flops) / 20e9)
    }

    @Test("Memory is flat in samples, operations are linear")
    func samples() throws {
        let network = try BundledModel.sides.load()
        func cost(_ samples: Int) throws -> ExplainCost {
            let plan = try ExplainPlan(
                ExplainRequest(json: Data(#"{"samples": \#(samples), "checks": []}"#.utf8)), manifest: network.manifest)
            return try ExplainCost(network: network, plan: plan, parallelism: .single)
        }
        let (few, many) = (try cost(10), try cost(1000))
        #expect(few.bytes == many.bytes)
        #expect(many.flops - few.flops == 990 * few.pass.flops)
        #expect(many.passes == 1001)
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

    @Test("Vectors, trajectories and frames of the moving shape: longest first, on the clip, told in the report")
    func findings() throws {
        struct Document: Decodable {
            struct Vector: Decodable {
                let frame, x, y: Int
                let flow, gradient: [Double]
                let magnitude: Double
                let pull: String
            }
            struct Stretch: Decodable {
                let firstFrame: Int
                let score: Double
                let points: [[Double]]
            }
            let vectors: [Vector]?
            let trajectories: [Stretch]?
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let explanation = try SampleVideo().explain(
            .angle,
            #"{"samples": 4, "checks": ["repeatability"], "vectors": {"count": 7}, "trajectories": {"count": 3, "window": 8}}"#
        )
        let vectorsJSON = try #require(explanation.vectors)
        let vectors = try #require(decoder.decode(Document.self, from: vectorsJSON).vectors)
        let map = try #require(explanation.maps.first { $0.kind == .flow }).values
        let flow = try #require(explanation.flow).displacements
        #expect(vectors.count == 7 && vectors.map(\.magnitude) == vectors.map(\.magnitude).sorted(by: >))
        for vector in vectors {
            for component in 0..<2 {
                #expect(vector.gradient[component] == Double(map[component, vector.frame - 1, vector.y, vector.x]))
                #expect(vector.flow[component] == Double(flow[component, vector.frame - 1, vector.y, vector.x]))
            }
        }
        let trajectoriesJSON = try #require(explanation.trajectories)
        let stretches = try #require(decoder.decode(Document.self, from: trajectoriesJSON).trajectories)
        #expect(stretches.count == 3 && stretches.allSatisfy { $0.points.count == 8 && $0.score > 0 })
        let timeline = try #require(explanation.report.timeline)
        #expect(timeline.frames.map(\.frame) == Array(0..<32) && timeline.frames.map(\.sourceFrame) == Array(0..<32))
        let repeatability = try #require(explanation.report.checks.repeatability)
        #expect(repeatability.maps.allSatisfy { ($0.halves.spearman ?? 0) > 0.1 })
        #expect(explanation.report.reading.count >= 3)
    }

    private static let digest = String(repeating: "0123456789abcdef", count: 4)

    @Test("Flow that is given takes the place of an estimate; flow of another clip is refused with both shapes")
    func givenFlow() throws {
        let sample = try SampleVideo()
        func given(_ shape: Shape, _ value: Float) throws -> GivenFlow {
            try GivenFlow(
                npy: Data(NumPy.encode(Tensor(shape: shape, repeating: value), shape: shape)), sha256: Self.digest)
        }
        let request =
            "{\"method\": \"gradient\", \"checks\": [], \"flow\": {\"given\": {\"sha256\": \"\(Self.digest)\"}}}"
        let still = try sample.explain(.sides, request, givenFlow: given([2, 31, 112, 112], 0))
        let control = try sample.explain(.sides, #"{"method": "gradient", "checks": [], "flow": "zero"}"#)
        #expect(still.maps.map(\.values.values) == control.maps.map(\.values.values))
        #expect(still.report.provenance.flow?.estimator == "given")
        #expect(still.report.fidelity?.consistentFlow == nil && control.report.fidelity?.consistentFlow == 1)
        #expect(throws: ExplainError.self) {
            try sample.explain(.sides, request, givenFlow: given([2, 30, 112, 112], 0))
        }
        #expect(throws: ExplainError.self) { try given([2, 31, 112, 112], .infinity) }
        #expect(throws: ExplainError.self) {
            try sample.explain(.sides, request, givenFlow: given([2, 31, 112, 112], -113))
        }
        for unused in [#""space": "pixels""#, #""method": "gradcam""#] {
            let request = request.replacing("\"method\": \"gradient\"", with: unused)
            #expect(throws: ExplainError.self) {
                try sample.explain(.sides, request, givenFlow: given([2, 31, 112, 112], 0))
            }
        }
        #expect(throws: ExplainError.self) { try GivenFlow(npy: Data("text".utf8), sha256: Self.digest) }
        #expect(throws: ExplainError.self) { try sample.explain(.sides, request) }
    }

    @Test("Shares say whether an untrained network would give them")
    func untrainedShares() throws {
        let explanation = try SampleVideo().explain(.sides, #"{"samples": 20, "checks": ["randomisation"]}"#)
        let shares = try #require(explanation.report.shares)
        let untrained = try #require(explanation.report.checks.randomisation?.shares)
        let (own, other) = (try #require(shares.intervals), untrained.intervals)
        #expect(untrained.networks == 5 && own.motion[0] <= shares.motion && shares.motion <= own.motion[1])
        let informative = try #require(shares.informative)
        for (flag, a, b) in [
            (informative.appearance, own.appearance, other.appearance), (informative.motion, own.motion, other.motion),
            (informative.residual, own.residual, other.residual),
        ] {
            #expect(flag == (a[1] < b[0] || b[1] < a[0]))
        }
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
        #expect(seen.last?.completed == 11 && seen.allSatisfy { $0.total == 11 })
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
                parallelism: .single, rate: .standard(.single)
            ).run(video: file, limits: VideoLimits(), givenFlow: nil) { _ in }
        }
        let flat = try run(0.25)
        #expect(flat.clip.resized == false && flat.clip.clip.intensities.values.allSatisfy { $0 == 0.25 })
        #expect(
            try flat.report.prediction.scores
                == network.scores(of: Tensor(shape: network.clipShape, repeating: 0.25), parallelism: .single))
        #expect(throws: ExplainError.self) { try run(3e38) }
    }
}
