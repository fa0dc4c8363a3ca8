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
        #expect(plan.levels == .standard && plan.flow == .farneback && plan.target == .predicted)
        #expect(plan.checks == [.randomisation] && plan.passes == 53)
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
        #expect(plan.flow == .dis && plan.samples == 9 && plan.passes == 10)
        #expect(try ExplainRequest(json: JSONEncoder().encode(request)) == request)
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
            (#"{"flow": 1}"#, "flow: expected a string"), (#"{"space": "frequency"}"#, "one of pixels, decomposition"),
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
