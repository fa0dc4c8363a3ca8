import Attribution
import Cine
import Foundation
import Models
import Pipelines
import Synchronization
import Tensors
import Testing
import Video

/// Windows over a real video with a real model.
@Suite struct WindowTests {
    @Test("A video with frames for one window gives the bits that it gives without windows")
    func single() throws {
        let sample = try SampleVideo()
        let plain = try sample.explain(.sides, #"{"samples": 2, "seed": 7}"#)
        let windowed = try sample.explain(.sides, #"{"samples": 2, "seed": 7, "windows": {"stride": 5}}"#)
        #expect(windowed.maps.map(\.kind) == plain.maps.map(\.kind))
        for (a, b) in zip(windowed.maps, plain.maps) { #expect(a.values.values == b.values.values) }
        #expect(windowed.vectors == plain.vectors && windowed.trajectories == plain.trajectories)
        let (a, b) = (windowed.report, plain.report)
        #expect(a.prediction == b.prediction && a.target == b.target && a.shares == b.shares && a.checks == b.checks)
        #expect(a.timeline == b.timeline && a.fidelity == b.fidelity && a.maps == b.maps && a.reading == b.reading)
        #expect(a.cost.estimate.bytes == b.cost.estimate.bytes && a.cost.estimate.flops == b.cost.estimate.flops)
        #expect(b.windows == nil)
        let windows = try #require(a.windows)
        #expect(windows.count == 1 && windows.frames == 32 && windows.stride == 5 && windows.spread == nil)
        #expect(windows.windows.map(\.scores) == [b.prediction.scores])
    }

    @Test("Windows side by side are explanations of the two halves, with flow that was estimated once")
    func sideBySide() throws {
        let sample = try SampleVideo()
        let method = #""method": "gradient", "checks": [], "target": {"output": 0}"#
        let whole = try sample.explain(.sides, #"{\#(method), "clip": {"frames": 16}, "windows": {"overlap": 0}}"#)
        #expect(whole.maps.map(\.kind) == [.pixels, .flow, .error])
        var scores: [[Float]] = []
        for start in [0, 16] {
            let alone = try sample.explain(.sides, #"{\#(method), "clip": {"frames": 16, "start": \#(start)}}"#)
            scores.append(alone.report.prediction.scores)
            for map in whole.maps {
                let own = try #require(alone.maps.first { $0.kind == map.kind })
                for frame in 0..<own.frames {
                    #expect(map.components(ofFrame: start + frame) == own.components(ofFrame: frame))
                }
            }
        }
        let windows = try #require(whole.report.windows)
        #expect(windows.windows.map(\.scores) == scores && windows.windows.map(\.sourceStart) == [0, 16])
        for output in 0..<3 {
            let (a, b) = (Double(scores[0][output]), Double(scores[1][output]))
            #expect(whole.report.prediction.scores[output] == Float((a + b) / 2))
            #expect(abs(try #require(windows.spread).scores[output] - abs(a - b) / 2.0.squareRoot()) < 1e-9)
        }
        #expect(whole.report.provenance.clip.frames == 32 && whole.report.timeline?.frames.count == 32)
        #expect(whole.report.provenance.clip.sourceFrames == Array(0..<32))
        #expect(whole.flow?.pairs == 31 && whole.clip.clip.frames == 32)
    }

    @Test("Overlapping windows: the same bits on one thread and two, checks over the clip, progress with the window")
    func overlapping() throws {
        let sample = try SampleVideo()
        let json = #"{"samples": 2, "clip": {"frames": 16}, "windows": {"stride": 8}, "vectors": {"count": 5}}"#
        let seen = Mutex<[ExplainProgress]>([])
        let one = try sample.explain(.angle, json, threads: 1) { report in seen.withLock { $0.append(report) } }
        let two = try sample.explain(.angle, json, threads: 2)
        for (a, b) in zip(one.maps, two.maps) { #expect(a.values.values == b.values.values) }
        #expect(one.report.shares == two.report.shares && one.report.checks == two.report.checks)
        let windows = try #require(one.report.windows)
        #expect(windows.windows.map(\.start) == [0, 8, 16])
        #expect(Set(windows.windows.map(\.value)).count == 3 && (windows.spread?.value ?? 0) > 0)
        let interval = try #require(one.report.shares?.intervals)
        #expect(interval.motion[0] < interval.motion[1])
        let control = try #require(one.report.checks.randomisation)
        #expect(control.maps.map(\.kind) == [.pixels, .flow, .error])
        #expect(control.maps.allSatisfy { abs($0.allWeights.spearman ?? 1) < 0.3 })
        #expect(one.report.checks.repeatability?.maps.count == 3)
        // Each window has a first frame of its own: nothing is said of the appearance of a trajectory.
        let trajectories = String(decoding: try #require(one.trajectories), as: UTF8.self)
        #expect(trajectories.contains("\"motion\"") && !trajectories.contains("\"appearance\""))
        #expect(windows.windows.allSatisfy { $0.shares != nil })
        let reports = seen.withLock { $0 }
        #expect(reports.allSatisfy { $0.total == 3 * (3 + 7) } && reports.last?.completed == 30)
        #expect(reports.compactMap(\.window) == [0, 0, 0, 1, 1, 1, 2, 2, 2])
        #expect(reports.compactMap(\.windows) == Array(repeating: 3, count: 9))
        // The angle of the mean direction lies between those of the windows.
        let values = windows.windows.map(\.value)
        #expect(one.report.target.value >= values.min() ?? 0 && one.report.target.value <= values.max() ?? 0)
    }

    @Test(
        "What is predicted of windows is what is counted of them",
        arguments: [
            #"{"samples": 2, "clip": {"frames": 8}, "windows": {"stride": 4}}"#,
            #"{"samples": 2, "clip": {"frames": 8}, "windows": {"stride": 4}, "space": "pixels", "checks": []}"#,
            #"{"method": "gradient", "clip": {"frames": 8}, "windows": {}, "checks": []}"#,
        ])
    func cost(_ json: String) throws {
        let network = try BundledModel.sides.load()
        let plan = try ExplainPlan(
            ExplainRequest(json: Data(json.utf8)), manifest: network.manifest,
            length: VideoLength(frames: 32, frameRate: nil, isArray: false))
        let cost = try ExplainCost(network: network, plan: plan, parallelism: Parallelism(threads: 2))
        let actual = try SampleVideo().explain(.sides, json).report.cost.actual
        #expect(actual.passes == cost.passes && actual.flops == cost.flops)
        #expect(
            actual.bytes <= cost.bytes && actual.bytes * 2 >= cost.bytes,
            "\(actual.bytes) of \(cost.bytes), \(cost.peak)")
        #expect(plan.windowCount == 7 && cost.passes % 7 == 0)
    }

    @Test("More windows over the same video take more operations and no more memory")
    func memory() throws {
        let network = try BundledModel.sides.load()
        func cost(_ json: String, _ frames: Int) throws -> ExplainCost {
            try ExplainCost(
                network: network,
                plan: ExplainPlan(
                    ExplainRequest(json: Data(json.utf8)), manifest: network.manifest,
                    length: VideoLength(frames: frames, frameRate: nil, isArray: false)),
                parallelism: .single)
        }
        let (few, many) = (
            try cost(#"{"windows": {"stride": 32}}"#, 320), try cost(#"{"windows": {"stride": 1}}"#, 320)
        )
        #expect(many.bytes == few.bytes && many.flops == few.flops / 10 * 289)
        #expect(try cost(#"{"windows": {"stride": 32}}"#, 640).bytes > few.bytes)
        // A whole clip of that length in one pass takes more.
        #expect(try cost(#"{"clip": {"frames": 320}, "method": "gradient"}"#, 320).bytes > 0)
    }

    @Test(
        "Windows that cannot be are refused with what can",
        arguments: [
            (#"{"stride": 0}"#, "windows.stride: expected a whole number from 1 to 32"),
            (#"{"stride": -3}"#, "windows.stride: expected a whole number from 1 to 32"),
            (#"{"stride": 33}"#, "windows.stride: expected a whole number from 1 to 32"),
            (#"{"overlap": 32}"#, "windows.overlap: expected a whole number from 0 to 31"),
            (#"{"overlap": -1}"#, "windows.overlap: expected a whole number from 0 to 31"),
            (#"{"stride": 4, "overlap": 4}"#, "windows.overlap: stride is given already"),
            (#"{"count": 0}"#, "windows.count: expected a whole number from 1 to 1000"),
            (#"{"count": 1001}"#, "windows.count: expected a whole number from 1 to 1000"),
            (#"{"stride": 1}"#, "windows.stride: 5000 frames have 4969 windows of 32 at a stride of 1, at most 1000"),
            (#"{"stride": 1.5}"#, "windows.stride: expected"), (#"{"step": 1}"#, "windows.step: unknown field"),
            (#"3"#, "windows: expected"),
        ])
    func refused(_ windows: String, _ reason: String) throws {
        let manifest = try BundledModel.sides.load().manifest
        let error = #expect(throws: (any Error).self) {
            try ExplainPlan(
                ExplainRequest(json: Data(#"{"windows": \#(windows)}"#.utf8)), manifest: manifest,
                length: VideoLength(frames: 5000, frameRate: nil, isArray: false))
        }
        let text = (error as? ExplainError)?.description ?? (error as? DocumentError)?.description ?? ""
        #expect(text.hasPrefix(reason), "\(text)")
        #expect((error.flatMap { Failure($0) })?.code == "request.invalid")
    }

    @Test("A plan is stored and read back with its windows; start, period and count choose them")
    func plans() throws {
        let manifest = try BundledModel.sides.load().manifest
        func plan(_ json: String, _ frames: Int?) throws -> ExplainPlan {
            let request = try ExplainRequest(json: Data(json.utf8))
            let again = try ExplainRequest(json: JSONEncoder().encode(request))
            #expect(again == request)
            return try ExplainPlan(
                again, manifest: manifest,
                length: frames.map { VideoLength(frames: $0, frameRate: nil, isArray: false) })
        }
        #expect(try plan(#"{"windows": {}}"#, 100).windows.starts == [0, 16, 32, 48, 64, 68])
        #expect(try plan(#"{"windows": {}, "clip": {"start": 10, "period": 2}}"#, 101).windows.starts == [0, 14])
        #expect(try plan(#"{"windows": {"count": 2}}"#, 100).sampling.frames == 48)
        #expect(try plan(#"{"windows": {"count": 3, "overlap": 31}}"#, nil).windows.starts == [0, 1, 2])
        #expect(try plan(#"{"windows": {}}"#, 20).windows.starts == [0])
        #expect(try plan("{}", 100).windows.starts == [0])
    }
}
