import Tensors

/// Everything about running a trunk that depends on the clip's extents: the way each convolution is computed, where each value lies, and with
/// that flops and bytes, before anything is allocated.
struct TrunkPlan: Sendable {
    enum Place: Hashable, Sendable {
        /// The clip, or its gradient: `[C, T, H, W]`.
        case clip
        /// Values from an offset of the run's memory on.
        case arena(Int)
    }

    /// One convolution, forwards or backwards, or only what is done to results.
    struct Step: Sendable {
        /// Write the destination together; none when it is finished in place.
        let products: [PlannedProduct]
        let source, destination: Place
        let addend: Place?
        /// The node whose bias and ReLU follow.
        let node: Int?
        /// The value whose sign bits are written (forwards) or mask the result (backwards).
        let bits: Int?
        let extents: BlockedExtents
    }

    /// `[1, C, T, H, W]`.
    let clip: Shape
    /// Of each value; that of a clip is not used.
    let extents: [BlockedExtents]
    let forward, backward: [Step]
    /// Values of memory for activations, and afterwards for gradients: of one size, so that the second is given the pages of the first.
    let arena: Int
    /// Where the activations that the trunk takes lie; nil for a clip.
    let source: Int?
    /// Where the last activations lie, and their gradient.
    let result, resultGradient: Int
    /// The value that the way back ends at, 0 for the clip, and where its gradient lies then; that of the clip lies nowhere here.
    let end, endGradient: Int
    /// The byte where each value's sign bits begin; nil for those without ReLU.
    let bits: [Int?]
    let bitBytes: Int
    /// Multiplications and additions of direct summation, forwards; backwards takes as many.
    let directFlops: Int

    /// - Parameters:
    ///   - clip: `[1, C, T, H, W]`.
    ///   - end: the value whose gradient is wanted, 0 for the clip.
    /// - Throws: `ShapeError` when a convolution does not fit what it takes.
    init(_ trunk: FrozenTrunk, clip: Shape, backTo end: Int) throws {
        guard clip.rank == 5, clip[0] == 1 else {
            throw Operation.frozenTrunk.refuses([clip], "one clip of five axes is taken")
        }
        (self.clip, self.end) = (clip, end)
        var shapes = [clip]
        var convolutions: [ConvolutionExtents] = []
        for node in trunk.nodes {
            let convolution = try ConvolutionExtents(
                shapes[node.source], weight: node.weightShape, bias: nil, geometry: node.geometry)
            let shape = convolution.outputShape
            if let addend = node.addend, shapes[addend] != shape {
                throw Operation.frozenTrunk.refuses([shape, shapes[addend]], "a sum takes operands of one shape")
            }
            convolutions.append(convolution)
            shapes.append(shape)
        }
        let extents = shapes.map {
            BlockedExtents(channels: $0[1], extent: Extent3(depth: $0[2], height: $0[3], width: $0[4]))
        }
        self.extents = extents
        // Beyond that the numbers below leave the range of an Int, and the work that of any machine.
        guard convolutions.reduce(0, { $0 + $1.approximateFlops }) < 0x1p58 else {
            throw Operation.frozenTrunk.refuses([clip], "its convolutions would take more than 2^58 operations")
        }
        directFlops = convolutions.reduce(0) { $0 + $1.directFlops }
        var bytes = 0
        bits =
            [nil]
            + trunk.nodes.enumerated().map { index, node in
                guard node.rectifies else { return nil }
                defer { bytes += (extents[index + 1].vectors * 2 + 63) / 64 * 64 }
                return bytes
            }
        bitBytes = bytes

        let ways = zip(trunk.nodes, convolutions).map { node, convolution in
            [Direction.forward, .backward].map { Self.products($0, trunk.summation, node, convolution) }
        }
        var layout = Layout(trunk: trunk, extents: extents)
        source = trunk.form == .features ? layout.allocate(0) : nil
        forward = layout.forward(ways.map { $0[0] })
        let activations = layout.arena.extent
        result = layout.places[trunk.nodes.count] ?? 0
        layout = Layout(trunk: trunk, extents: extents)
        (backward, resultGradient) = layout.backward(ways.map { $0[1] }, to: end)
        endGradient = layout.places[end] ?? 0
        arena = max(activations, layout.arena.extent)
    }

    private static func products(
        _ direction: Direction, _ summation: ForwardSummation, _ node: FrozenTrunk.Node,
        _ convolution: ConvolutionExtents
    ) -> [PlannedProduct] {
        switch (node.parameters, direction) {
        case (.stem(let stem), .forward): [PlannedProduct(StemTransform(stem, convolution))]
        case (.stem(let stem), .backward): [PlannedProduct(StemGradientTransform(stem, convolution))]
        case (.blocked(let weights), _):
            BlockedConvolution.phases(direction, convolution, weights: weights).map {
                PlannedProduct($0, summation)
            }
        }
    }

    private var allProducts: [PlannedProduct] { (forward + backward).flatMap(\.products) }

    /// Values of work memory that the pieces of a step share, and that each piece under way has for itself.
    var sharedScratch: Int { allProducts.map(\.schedule.sharedValues).max() ?? 0 }
    var ownScratch: Int { allProducts.map(\.schedule.ownValues).max() ?? 0 }

    /// Multiplications and additions that the products really make, padding of channels and tiles included.
    static func flops(_ steps: [Step]) -> Int {
        steps.reduce(0) { sum, step in
            sum + step.products.reduce(0) { $0 + 2 * BlockedExtents.lanes * $1.transform.multiplications }
        }
    }
}

/// Decides where values lie while the steps of a trunk are listed.
private struct Layout {
    let trunk: FrozenTrunk
    let extents: [BlockedExtents]
    var arena = ArenaPlan()
    /// Where a value, or its gradient, lies while it is alive.
    var places: [Int: Int] = [:]

    init(trunk: FrozenTrunk, extents: [BlockedExtents]) {
        self.trunk = trunk
        self.extents = extents
    }

    /// Whether value 0 is a clip, which lies elsewhere.
    private var takesClip: Bool { trunk.form == .clipToMean }

    mutating func allocate(_ value: Int) -> Int {
        let place = arena.allocate(extents[value].count)
        places[value] = place
        return place
    }

    private mutating func release(_ value: Int) {
        guard let place = places.removeValue(forKey: value) else { return }
        arena.release(place, count: extents[value].count)
    }

    private func place(_ value: Int) -> TrunkPlan.Place {
        value == 0 && takesClip ? .clip : .arena(places[value] ?? 0)
    }

    /// A value dies with its last use; a sum takes the place of an addend that dies with it.
    mutating func forward(_ products: [[PlannedProduct]]) -> [TrunkPlan.Step] {
        var left = trunk.uses
        return trunk.nodes.enumerated().map { index, node in
            let value = index + 1
            if let addend = node.addend, left[addend] == 1, addend != node.source, addend != 0 || !takesClip {
                places[value] = places[addend]
            } else {
                _ = allocate(value)
            }
            let step = TrunkPlan.Step(
                products: products[index], source: place(node.source), destination: place(value),
                addend: node.addend.map(place), node: index, bits: node.rectifies ? value : nil,
                extents: extents[value])
            for used in [node.source] + (node.addend.map { [$0] } ?? []) where used != 0 || !takesClip {
                left[used] -= 1
                guard left[used] == 0 else { continue }
                if places[used] == places[value] { places[used] = nil } else { release(used) }
            }
            return step
        }
    }

    /// A value's gradient is the sum of what its uses give back, masked by its bits with the last of them. What an addend gets back is the gradient
    /// of the sum as it is, in its place.
    /// - Parameter end: the value where the way ends, whose gradient is not masked: it is that by the activation, not by what the ReLU takes.
    mutating func backward(_ products: [[PlannedProduct]], to end: Int) -> (steps: [TrunkPlan.Step], start: Int) {
        var left = trunk.uses
        var steps: [TrunkPlan.Step] = []
        let last = trunk.nodes.count
        let start = allocate(last)

        func bits(_ value: Int) -> Int? {
            left[value] == 0 && value > 0 && value != end && trunk.nodes[value - 1].rectifies ? value : nil
        }

        for (index, node) in trunk.nodes.enumerated().reversed() where index + 1 > end {
            let value = index + 1
            guard places[value] != nil else { preconditionFailure("a gradient that nobody made") }
            left[node.source] -= 1
            if node.source < end {
                // What is computed before the end is not on the way to it.
            } else if node.source == 0, takesClip {
                steps.append(
                    TrunkPlan.Step(
                        products: products[index], source: place(value), destination: .clip, addend: nil, node: nil,
                        bits: nil, extents: extents[0]))
            } else {
                let before = places[node.source] == nil ? nil : place(node.source)
                if before == nil { _ = allocate(node.source) }
                steps.append(
                    TrunkPlan.Step(
                        products: products[index], source: place(value), destination: place(node.source),
                        addend: before, node: nil, bits: bits(node.source), extents: extents[node.source]))
            }
            if let addend = node.addend, addend >= end {
                left[addend] -= 1
                let before = places[addend] == nil ? nil : place(addend)
                if before == nil {
                    places[addend] = places[value]
                    places[value] = nil
                }
                if before != nil || bits(addend) != nil {
                    steps.append(
                        TrunkPlan.Step(
                            products: [], source: place(addend), destination: place(addend),
                            addend: before == nil ? nil : place(value), node: nil, bits: bits(addend),
                            extents: extents[addend]))
                }
            }
            release(value)
        }
        return (steps, start)
    }
}
