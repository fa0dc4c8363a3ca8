import Autodiff
import Tensors

/// The model's first, differentiable step: intensities to what the network was trained on, (lo + x·(hi − lo) − mean) / std by channel.
struct InputNormalization: Layer {
    private let factors, addends: Tensor

    init(_ contract: InputContract) {
        let span = contract.range[1] - contract.range[0]
        let channels: Shape = [contract.channels.count]
        factors = Tensor(uninitialized: channels) { values in
            for channel in values.indices { values[channel] = Float(span / contract.std[channel]) }
        }
        addends = Tensor(uninitialized: channels) { values in
            for channel in values.indices {
                values[channel] = Float((contract.range[0] - contract.mean[channel]) / contract.std[channel])
            }
        }
    }

    func callAsFunction(_ x: Variable) throws -> Variable {
        let constant = x.tape.constant
        return try batchNormalization(
            x, scale: constant(factors), shift: constant(addends),
            mean: constant(Tensor(shape: factors.shape, repeating: 0)),
            variance: constant(Tensor(shape: factors.shape, repeating: 1)), epsilon: 0)
    }
}
