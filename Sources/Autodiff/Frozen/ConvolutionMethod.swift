/// How convolutions are summed on the way forward, where it is decided on which side of its kink each ReLU is.
package enum ForwardSummation: Hashable, Sendable {
    /// Directly or by Winograd's algorithms, whichever is cheaper.
    case cheapest
    /// Directly: half of the rounding, and so half as many ReLUs that are on the other side than in exact arithmetic.
    case direct
}

/// A convolution phase with the way it is computed.
struct PlannedProduct: Sendable {
    let transform: any BlockTransform
    let schedule: ProductSchedule

    init(_ transform: some BlockTransform) {
        self.transform = transform
        schedule = ProductSchedule(transform)
    }

    /// The cheapest of the ways that fit the window: direct summation, Winograd's tiles in space, or along time.
    init(_ convolution: BlockedConvolution, _ summation: ForwardSummation) {
        let direct = DirectTransform(convolution: convolution)
        if convolution.direction == .forward, summation == .direct {
            self = Self.planned(direct)
            return
        }
        var best: any BlockTransform = direct
        if let spatial = SpatialTransform(convolution), spatial.cost < best.cost { best = spatial }
        if let time = TimeTransform(convolution), time.cost < best.cost { best = time }
        self = Self.planned(best)
    }

    private static func planned(_ transform: some BlockTransform) -> PlannedProduct { PlannedProduct(transform) }
}
