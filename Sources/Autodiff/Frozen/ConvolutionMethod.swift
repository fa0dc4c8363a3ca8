/// A convolution phase with the way it is computed.
struct PlannedProduct: Sendable {
    let transform: any BlockTransform
    let schedule: ProductSchedule

    init(_ transform: some BlockTransform) {
        self.transform = transform
        schedule = ProductSchedule(transform)
    }

    /// The cheapest of the ways that fit the window: direct summation, Winograd's tiles in space, or along time.
    init(_ convolution: BlockedConvolution) {
        var best: any BlockTransform = DirectTransform(convolution: convolution)
        if let spatial = SpatialTransform(convolution), spatial.cost < best.cost { best = spatial }
        if let time = TimeTransform(convolution), time.cost < best.cost { best = time }
        self = Self.planned(best)
    }

    private static func planned(_ transform: some BlockTransform) -> PlannedProduct { PlannedProduct(transform) }
}
