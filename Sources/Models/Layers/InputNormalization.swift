/// The model's first, differentiable step: intensities to what the network was trained on, (lo + x·(hi − lo) − mean) / std by channel, as
/// x · factor + addend.
struct InputNormalization {
    let factors, addends: [Float]

    init(_ contract: InputContract) {
        let span = contract.range[1] - contract.range[0]
        let channels = 0..<contract.channels.count
        factors = channels.map { Float(span / contract.std[$0]) }
        addends = channels.map { Float((contract.range[0] - contract.mean[$0]) / contract.std[$0]) }
    }
}
