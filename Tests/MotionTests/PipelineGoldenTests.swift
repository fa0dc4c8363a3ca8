import Cine
import Motion
import Tensors
import TestSupport
import Testing

/// Compares with PyTorch and OpenCV's Python binding on the clips of Fixtures/pipeline.
///
/// Conventions of the files: everything is computed in Float64 from Float32 flows and the normalised clip x = (u8 / 255 - mean) / std (the service
/// decomposes intensities instead), then stored as Float32. `grad_x` is ∂y/∂x frame by frame, which is the gradient that the pullback takes;
/// `grad_I0`, `grad_f`, `grad_E` are what it gives. `kink_mask` `[T - 1, H, W]` marks vectors that read within 1e-3 pixels of an integer or of the border,
/// where ∂y/∂f jumps.
@Suite(.serialized)
struct PipelineGoldenTests {
    static let clips = ["blob_a", "blob_static_noiseless"]

    private struct Case {
        let luma: LumaFrames
        /// The normalised clip `[C, T, H, W]`.
        let x: Tensor
        let arrays: [String: Tensor]

        init(_ name: String) throws {
            arrays = try golden("pipeline/\(name).safetensors")
            let bytes = try #require(arrays["frames_u8"])
            let (frames, height, width) = (bytes.shape[0], bytes.shape[1], bytes.shape[2])
            let (mean, deviation) = ([0.45, 0.42, 0.4], [0.25, 0.24, 0.26])
            let area = frames * height * width
            let values = bytes.values
            func planar(_ value: (Double, Int) -> Double) throws -> Tensor {
                try Tensor(
                    shape: [3, frames, height, width],
                    values: (0..<3).flatMap { c in
                        (0..<area).map { Float(value(Double(values[$0 * 3 + c]) / 255, c)) }
                    })
            }
            x = try planar { ($0 - mean[$1]) / deviation[$1] }
            luma = try LumaFrames(
                of: Clip(intensities: planar { intensity, _ in intensity }, frameRate: nil), order: .rgb)
        }

        func array(_ name: String) throws -> Tensor { try #require(arrays[name]) }
    }

    @Test(arguments: clips)
    func flowIsOpenCVs(name: String) throws {
        let golden = try Case(name)
        let estimator = FlowEstimatorKind.farneback.make()
        let parallelism = Parallelism(threads: 2)
        let sampling = try estimator.samplingFlow(of: golden.luma, parallelism: parallelism)
        let forward = try estimator.forwardFlow(of: golden.luma, parallelism: parallelism)
        // Other versions and processors round otherwise; between 5.0 and 4.6 nothing differed on the machine that made the files.
        expectClose(sampling.displacements, try golden.array("flow_sampling"), relative: 0, absolute: 1e-4)
        expectClose(forward.displacements, try golden.array("flow_forward"), relative: 0, absolute: 1e-4)
    }

    @Test(arguments: clips)
    func residualAndReconstruction(name: String) throws {
        let golden = try Case(name)
        let flow = try FlowField(displacements: golden.array("flow_sampling"), direction: .sampling)
        let decomposition = try Decomposition(
            clip: Clip(intensities: golden.x, frameRate: nil), flow: flow, parallelism: .single)
        expectClose(decomposition.error, try golden.array("E"), relative: 0, absolute: 1e-5)
        let reconstruction = try Decomposition.reconstruction(
            firstFrame: decomposition.firstFrame, flow: decomposition.flow, residual: golden.array("E"),
            parallelism: .single)
        expectClose(reconstruction, golden.x, relative: 0, absolute: 1e-5)
    }

    @Test(arguments: clips)
    func gradientsByTheParts(name: String) throws {
        let golden = try Case(name)
        let back = try Decomposition.pullback(
            gradient: golden.array("grad_x"), reconstruction: golden.x, flow: golden.array("flow_sampling"),
            parallelism: .single)
        let first = try back.firstFrame.reshaped(to: golden.array("grad_I0").shape)
        #expect(try relativeL2(first, golden.array("grad_I0")) < 1e-5)
        #expect(try relativeL2(back.error, golden.array("grad_E")) < 1e-5)
        #expect(try relativeL2(smooth(back.flow, golden), smooth(golden.array("grad_f"), golden)) < 1e-5)
    }

    /// The gradient by flow with zeros at the kinks.
    private func smooth(_ gradient: Tensor, _ golden: Case) throws -> Tensor {
        let kinks = try golden.array("kink_mask").values
        return try Tensor(
            shape: gradient.shape,
            values: gradient.values.enumerated().map { kinks[$0 % kinks.count] > 0 ? 0 : $1 })
    }
}
