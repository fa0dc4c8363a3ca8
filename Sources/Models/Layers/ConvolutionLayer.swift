import Autodiff
import Tensors

/// A 3-D convolution without bias and the batch norm behind it. With frozen parameters the two are one convolution with a bias; the factors
/// are multiplied in Double.
struct ConvolutionLayer {
    /// `[out, in, kT, kH, kW]`, the norm's factors included.
    private let weight: Tensor
    private let bias: Tensor
    private let geometry: ConvolutionGeometry

    struct Window {
        let kernel, stride, padding: Extent3

        /// The padding that keeps the extents at stride 1.
        init(kernel: Extent3, stride: Extent3) {
            self.kernel = kernel
            self.stride = stride
            padding = Extent3(depth: kernel.depth / 2, height: kernel.height / 2, width: kernel.width / 2)
        }
    }

    /// - Parameters:
    ///   - path: of the convolution, whose parameter is `path.weight`.
    ///   - norm: of the batch norm.
    init(
        _ path: String, norm: String, inputs: Int, outputs: Int, window: Window, from source: any ParameterSource
    ) throws {
        let kernel = window.kernel
        let raw = try source.tensor(
            "\(path).weight", [outputs, inputs, kernel.depth, kernel.height, kernel.width], .convolution)
        let affine = try source.normalization(norm, channels: outputs)
        let perOutput = inputs * kernel.product
        weight = Tensor(uninitialized: raw.shape) { scaled in
            raw.withUnsafeValues { raw in
                for index in scaled.indices {
                    scaled[index] = Float(Double(raw[index]) * affine.factors[index / perOutput])
                }
            }
        }
        bias = Tensor(uninitialized: [outputs]) { values in
            for index in values.indices { values[index] = Float(affine.addends[index]) }
        }
        geometry = ConvolutionGeometry(stride: window.stride, padding: window.padding, dilation: .one, groups: 1)
    }

    /// Appends the convolution to a trunk, with a sum if there is an addend, and a ReLU.
    func append(
        to trunk: inout FrozenTrunkBuilder, _ x: FrozenTrunkBuilder.Value, adding addend: FrozenTrunkBuilder.Value?,
        rectified: Bool
    ) -> FrozenTrunkBuilder.Value {
        trunk.convolution(
            x, weight: weight, bias: bias, geometry: geometry, addend: addend, rectified: rectified)
    }
}
