import Attribution
import Foundation
import Models
import Motion
import Pipelines
import Testing
import Video

@Suite struct ExplainRequestTests {
    private func manifest() throws -> ModelManifest { try BundledModel.sides.load().manifest }

    private func plan(_ json: String) throws -> ExplainPlan {
        try ExplainPlan(ExplainRequest(json: Data(json.utf8)), manifest: manifest())
    }

    @Test("What is left out has its default")
    func defaults() throws {
        let plan = try plan("{}")
        #expect(plan.sampling == ClipSampling(start: 0, frames: 32, period: 1, padding: .refuse))
        #expect(plan.method == .smoothgrad && plan.space == .decomposition && plan.samples == 50 && plan.seed == 1)
        #expect(plan.levels == .standard && plan.flow == .farneback(.standard) && plan.target == .predicted)
        #expect(plan.checks == [.randomisation, .repeatability] && plan.passes == 58)
        #expect(plan.tolerance == nil && plan.vectors == VectorOptions() && plan.trajectories == TrajectoryOptions())
    }

    @Test("Every field is taken, and written again as it was read")
    func fields() throws {
        let json = #"""
            {"checks":[],"clip":{"frames":16,"padding":"black","period":2,"start":3},"flow":"dis","method":"smoothgrad","model":"m",
             "noise":{"error":0.01,"first_frame":0.03},"samples":9,"seed":18446744073709551615,"space":"decomposition",
             "target":{"difference":[2,0]},"video":"v"}
            """#
        let request = try ExplainRequest(json: Data(json.utf8))
        #expect(request.seed == .max && request.clip.padding == .black && request.target == .difference(2, 0))
        let plan = try ExplainPlan(request, manifest: manifest())
        #expect(plan.levels == NoiseLevels(pixels: 0.1, firstFrame: 0.03, flow: 0.02, error: 0.01))
        #expect(plan.flow == .dis(.medium) && plan.samples == 9 && plan.passes == 10)
        #expect(try ExplainRequest(json: JSONEncoder().encode(request)) == request)
    }

    @Test(
        "Flow estimators are taken with their parameters and written again as they were read",
        arguments: [
            #""farneback""#, #""zero""#, #"{"dis": {"preset": "fast"}}"#, #"{"dis": {}}"#, #"{"farneback": {}}"#,
            #"{"farneback": {"window": 21, "levels": 4, "gaussian_window": true}}"#,
        ])
    func flow(_ json: String) throws {
        let request = try ExplainRequest(json: Data("{\"flow\": \(json)}".utf8))
        #expect(request.flow != nil)
        #expect(try ExplainRequest(json: JSONEncoder().encode(request)) == request)
        if json.contains("21"), case .farneback(let parameters) = request.flow {
            #expect(parameters.window == 21 && parameters.levels == 4 && parameters.usesGaussianWindow)
            #expect(parameters.iterations == 3)
        }
    }

    @Test(
        "What is out of range or unknown is refused with its path",
        arguments: [
            (#"{"flow": "slow"}"#, "flow"), (#"{"flow": {"dis": {"preset": "slow"}}}"#, "flow.dis.preset"),
            (#"{"flow": {"farneback": {"window": 1}}}"#, "flow.farneback"),
            (#"{"flow": {"farneback": {"size": 1}}}"#, "flow.farneback.size"), (#"{"flow": 3}"#, "flow"),
            (#"{"vectors": {"count": -1}}"#, "vectors.count"),
            (#"{"trajectories": {"window": 0}}"#, "trajectories.window"),
            (#"{"trajectories": {"length": 3}}"#, "trajectories.length"), (#"{"tolerance": "x"}"#, "tolerance"),
        ])
    func refused(_ json: String, _ path: String) {
        let error = #expect(throws: DocumentError.self) { try ExplainRequest(json: Data(json.utf8)) }
        #expect(error?.path == path)
    }

    @Test("A tolerance is a part above 0 and up to 1", arguments: [0, -0.1, 1.5])
    func tolerance(_ value: Double) {
        #expect(throws: ExplainError.self) { try plan("{\"tolerance\": \(value)}") }
    }

    @Test(
        "What is wrong is named by its path",
        arguments: [
            (#"{"sample": 3}"#, "sample: unknown field"),
            (#"{"samples": 0}"#, "samples: expected a whole number from 1 to 10000"),
            (#"{"samples": 1000000}"#, "samples: "), (#"{"samples": 1.5}"#, "samples: "),
            (#"{"samples": "9"}"#, "samples: expected a whole number"), (#"{"noise": -0.1}"#, "noise: "),
            (#"{"noise": {"motion": 1}}"#, "noise.motion: unknown field"), (#"{"noise": [1]}"#, "noise: "),
            (#"{"seed": -1}"#, "seed: "),
            (#"{"method": "magic"}"#, "method: magic is not known: one of gradient, gradient_times_input, smoothgrad"),
            (#"{"flow": 1}"#, "flow: expected a name (farneback, dis, zero)"),
            (#"{"space": "frequency"}"#, "one of pixels, decomposition"),
            (#"{"clip": {"start": -1}}"#, "clip.start: "), (#"{"clip": {"begin": 1}}"#, "clip.begin: unknown field"),
            (
                #"{"clip": {"padding": "mirror"}}"#,
                "clip.padding: mirror is not known: one of refuse, repeat_last, black"
            ),
            (#"{"checks": ["luck"]}"#, "checks[0]: expected one of randomisation"),
            (#"{"target": 7}"#, "target: expected \"predicted\""),
            (#"{"clip": {"frames": 1}}"#, "a clip of 1 frame has no motion"), ("[]", "expected an object"),
            ("", "no valid JSON"),
        ])
    func refusals(_ json: String, _ text: String) throws {
        let error = #expect(throws: (any Error).self) { try plan(json) }
        let message = try #require(error.flatMap { Failure($0) }).message
        #expect(message.contains(text), "\(message)")
    }
}
