import Autodiff
import Tensors
import Testing

/// How a frozen trunk sums, and what that leaves of single precision.
@Suite("Sums of frozen trunks")
struct FrozenSummationTests {
    /// Activations to activations: convolutions, each of a window of three or one.
    private static func trunk(channels: Int, kernels: [Extent3], summation: ForwardSummation) -> FrozenTrunk {
        var builder = FrozenTrunkBuilder(summation: summation)
        var value = builder.clip
        for (index, kernel) in kernels.enumerated() {
            let weight = Pattern.tensor(
                [channels, channels, kernel.depth, kernel.height, kernel.width], seed: UInt64(20 + index)
            ) { abs($0) }
            value = builder.convolution(
                value, weight: weight, bias: Tensor(shape: [channels], repeating: 0),
                geometry: ConvolutionGeometry(
                    stride: .one,
                    padding: Extent3(depth: kernel.depth / 2, height: kernel.height / 2, width: kernel.width / 2),
                    dilation: .one, groups: 1),
                addend: nil, rectified: false)
        }
        return builder.build()
    }

    private static let windows = [
        Extent3(depth: 1, height: 3, width: 3), Extent3(depth: 3, height: 1, width: 1), Extent3(3),
    ]

    @Test("A way forward that is asked to sum directly does, and the way back takes what is cheapest")
    func ways() throws {
        let clip: Shape = [1, 32, 8, 32, 32]
        func cost(_ summation: ForwardSummation) throws -> CostEstimate {
            try frozenTrunkCost(
                clip, trunk: Self.trunk(channels: 32, kernels: Self.windows, summation: summation), parallelism: .single
            )
        }
        let (direct, cheapest) = (try cost(.direct), try cost(.cheapest))
        #expect(direct.forward.flops == direct.directFlops)
        #expect(cheapest.forward.flops < cheapest.directFlops * 2 / 3)
        #expect(direct.backward.flops == cheapest.backward.flops)
    }

    @Test("A sum of 4,608 positive products loses a tenth of what a sum one after another does")
    func longSums() throws {
        let channels = 512
        let trunk = Self.trunk(channels: channels, kernels: [Self.windows[0]], summation: .direct)
        let x = Pattern.tensor([1, channels, 1, 3, 3], seed: 3) { abs($0) }
        let result = try frozenTrunk(Tape(parallelism: .single).constant(x), trunk, meter: WorkMeter()).value
        let weight = Pattern.tensor([channels, channels, 1, 3, 3], seed: 20) { abs($0) }
        // The one place whose window lies inside.
        let (values, weights) = (x.values, weight.values)
        let output = result.values
        let terms = channels * 9
        var (ours, naive) = (0.0, 0.0)
        for channel in 0..<channels {
            var (exact, sequential) = (0.0, Float(0))
            for term in 0..<terms {
                let factor = weights[channel * terms + term]
                exact += Double(factor) * Double(values[term])
                sequential = sequential.addingProduct(factor, values[term])
            }
            let center = output[channel * 9 + 4]
            ours += ((Double(center) - exact) / exact) * ((Double(center) - exact) / exact)
            naive += ((Double(sequential) - exact) / exact) * ((Double(sequential) - exact) / exact)
        }
        let (ourError, naiveError) = ((ours / 512).squareRoot(), (naive / 512).squareRoot())
        #expect(ourError < 1e-7)
        #expect(ourError < naiveError / 10)
    }
}
