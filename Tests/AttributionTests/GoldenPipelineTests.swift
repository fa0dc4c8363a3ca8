import Attribution
import Checkpoints
import Cine
import Foundation
import Models
import Motion
import Tensors
import TestSupport
import Testing

/// Gradients and SmoothGrad of a network on real decompositions, against PyTorch in double precision.
///
/// The reference decomposes the normalised clip, so the clip here is (u8/255 − mean)/std and the network's own normalisation does nothing.
@Suite struct GoldenPipelineTests {
    private let mean: [Float] = [0.45, 0.42, 0.4]
    private let std: [Float] = [0.25, 0.24, 0.26]

    private struct Golden {
        let values: [String: Tensor]
        let decomposition: Decomposition
        let score: Score
        let parallelism = Parallelism(threads: 2)

        func control() -> RunControl { RunControl(parallelism: parallelism) { _ in } }
    }

    private func load(_ name: String, output: Int) throws -> Golden {
        let values = try golden("pipeline/\(name).safetensors")
        let frames = try #require(values["frames_u8"])
        let (count, height, width) = (frames.shape[0], frames.shape[1], frames.shape[2])
        let bytes = frames.values
        let clip = Tensor(uninitialized: [3, count, height, width]) { clip in
            for channel in 0..<3 {
                for position in 0..<count * height * width {
                    clip[channel * count * height * width + position] =
                        (bytes[position * 3 + channel] / 255 - mean[channel]) / std[channel]
                }
            }
        }
        let flow = try FlowField(displacements: #require(values["flow_sampling"]), direction: .sampling)
        let architecture = #"{"family":"r2plus1d","channels":[6,8,12,16],"blocks":[1,1,1,1],"stem":5}"#
        let manifest = """
            {"name": "tiny", "architecture": \(architecture), "task": "regression",
             "input": {"frames": \(count), "height": \(height), "width": \(width)}}
            """
        let network = try Network(
            ModelManifest(json: Data(manifest.utf8)),
            checkpoint: Checkpoint.open(fixture("checkpoints/tiny.safetensors"), limits: CheckpointLimits()))
        return Golden(
            values: values,
            decomposition: try Decomposition(
                clip: Clip(intensities: clip, frameRate: nil), flow: flow, parallelism: .single),
            score: Score { clip, parallelism in
                let result = try network.gradient(of: .output(output), at: clip, parallelism: parallelism)
                return ScoreGradient(value: result.value, gradient: result.gradient)
            })
    }

    /// The arrays where the mask is not set: `[2, T - 1, H, W]` against `[T - 1, H, W]`.
    private func outsideKinks(_ flow: Tensor, _ mask: Tensor) -> Tensor {
        let (values, mask) = (flow.values, mask.values)
        return Tensor(uninitialized: flow.shape) { kept in
            for index in kept.indices { kept[index] = mask[index % mask.count] == 0 ? values[index] : 0 }
        }
    }

    @Test(
        "Score and gradients by clip, first frame, flow and residual equal PyTorch",
        arguments: [("blob_a", 2, -0.5086675312476676), ("blob_static_noiseless", 0, -0.27148567263698486)])
    func gradients(_ name: String, _ output: Int, _ value: Double) throws {
        let golden = try load(name, output: output)
        expectClose(golden.decomposition.error, try #require(golden.values["E"]), relative: 0, absolute: 1e-5)
        let result = try Gradient().attribute(
            .decomposition(golden.decomposition), to: golden.score, control: golden.control())
        #expect(abs(result.value - value) < 1e-5)
        let pixels = try #require(golden.values["grad_x"])
        #expect(relativeL2(try #require(result.map(.pixels)).values, pixels) < 1e-3)
        let first = try #require(golden.values["grad_I0"])
        #expect(relativeL2(try #require(result.map(.firstFrame)).values.reshaped(to: first.shape), first) < 1e-3)
        #expect(relativeL2(try #require(result.map(.error)).values, try #require(golden.values["grad_E"])) < 1e-3)
        let mask = try #require(golden.values["kink_mask"])
        let flow = outsideKinks(try #require(golden.values["grad_f"]), mask)
        #expect(relativeL2(outsideKinks(try #require(result.map(.flow)).values, mask), flow) < 1e-3)
    }

    /// The reference's noise: uniform numbers by formula, scaled to variance one.
    private struct FormulaNoise: NoiseSource {
        func fill(
            _ destination: UnsafeMutableBufferPointer<Float>, component: NoiseComponent, sample: Int, range: Range<Int>
        ) {
            for place in range {
                let v = FormulaValues.unit(
                    element: place, array: 2000 + 10 * sample + Int(component.rawValue), salt: 5)
                destination[place - range.lowerBound] = Float(3.0.squareRoot() * v)
            }
        }
    }

    @Test("SmoothGrad over the same noise equals PyTorch, in both spaces")
    func smoothGrad() throws {
        let golden = try load("blob_a", output: 2)
        let method = SmoothGrad(statistic: .mean, samples: 3, tolerance: nil, levels: .standard, noise: FormulaNoise())
        let parts = try method.attribute(
            .decomposition(golden.decomposition), to: golden.score, control: golden.control())
        let first = try #require(golden.values["sg_I0"])
        #expect(relativeL2(try #require(parts.map(.firstFrame)).values.reshaped(to: first.shape), first) < 0.02)
        #expect(relativeL2(try #require(parts.map(.flow)).values, try #require(golden.values["sg_f"])) < 0.02)
        #expect(
            relativeL2(frame(14, of: try #require(parts.map(.error)).values), try #require(golden.values["sg_E_last"]))
                < 0.02)

        let clip = try Decomposition.reconstruction(
            firstFrame: golden.decomposition.firstFrame, flow: golden.decomposition.flow,
            residual: golden.decomposition.error, parallelism: .single)
        let pixels = try method.attribute(.pixels(clip), to: golden.score, control: golden.control())
        #expect(
            relativeL2(
                frame(0, of: try #require(pixels.map(.pixels)).values), try #require(golden.values["sg_x_frame0"]))
                < 0.02)
    }

    private struct Ranking: Decodable {
        struct Case: Decodable {
            let name: String
            let topSubtrajectories, topUnrestricted: [Stretch]
            let topFlowVectors: [Vector]
        }
        struct Stretch: Decodable {
            let path, k: Int
            let score: Double
        }
        struct Vector: Decodable {
            let i, y, x: Int
            let norm: Double
        }
        let cases: [Case]
    }

    private func ranking(_ name: String) throws -> Ranking.Case {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let all = try decoder.decode(Ranking.self, from: Data(contentsOf: fixture("pipeline/manifest.json")))
        return try #require(all.cases.first { $0.name == name })
    }

    @Test(
        "The most salient stretches of trajectories are the reference's, in its order",
        arguments: [("blob_a", 2), ("blob_static_noiseless", 0)])
    func trajectories(_ name: String, _ output: Int) throws {
        let golden = try load(name, output: output)
        let ranking = try ranking(name)
        let tracks = try TrajectoryTracker(spacing: 4, reseeds: false, disagreement: .ignored).track(
            forward: FlowField(displacements: #require(golden.values["flow_forward"]), direction: .forward),
            sampling: FlowField(displacements: #require(golden.values["flow_sampling"]), direction: .sampling))
        let gradients = try Gradient().attribute(
            .decomposition(golden.decomposition), to: golden.score, control: golden.control())
        let pixels = try #require(gradients.map(.pixels)).values
        // One stretch of a trajectory, as the reference has it; then all of them.
        for (separation, expected) in [(0.01, ranking.topSubtrajectories), (0, ranking.topUnrestricted)] {
            let chosen = SalientTrajectories(count: expected.count, window: 10, separation: separation).choose(
                tracks, gradient: pixels, decomposition: nil)
            try #require(chosen.count == expected.count)
            for (stretch, reference) in zip(chosen, expected) {
                #expect(stretch.path.firstFrame == reference.k)
                #expect(tracks[reference.path].point(at: reference.k) == stretch.path.points[0])
                #expect(abs(stretch.score - reference.score) < 0.01 * reference.score)
            }
        }
    }

    @Test(
        "The flow vectors of highest gradient are the reference's, in its order",
        arguments: [("blob_a", 2), ("blob_static_noiseless", 0)])
    func vectors(_ name: String, _ output: Int) throws {
        let golden = try load(name, output: output)
        let expected = try ranking(name).topFlowVectors
        let gradients = try Gradient().attribute(
            .decomposition(golden.decomposition), to: golden.score, control: golden.control())
        let chosen = try SalientVectors(count: expected.count, separation: 0).choose(
            flow: golden.decomposition.flow, gradient: #require(gradients.map(.flow)).values)
        #expect(chosen.map { [$0.frame, $0.y, $0.x] } == expected.map { [$0.i, $0.y, $0.x] })
        for (vector, reference) in zip(chosen, expected) {
            #expect(abs(vector.magnitude - reference.norm) < 0.01 * reference.norm)
        }
    }

    /// One frame of `[C, T, H, W]` as `[C, H, W]`.
    private func frame(_ index: Int, of map: Tensor) -> Tensor {
        let shape = map.shape
        let area = shape[2] * shape[3]
        let values = map.values
        return Tensor(uninitialized: [shape[0], shape[2], shape[3]]) { frame in
            for place in frame.indices {
                frame[place] = values[(place / area * shape[1] + index) * area + place % area]
            }
        }
    }
}
