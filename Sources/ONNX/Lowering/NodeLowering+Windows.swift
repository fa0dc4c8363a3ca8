import Autodiff
import Tensors

/// How a window moves over one to three axes, as the standard describes it, put into three.
private struct WindowDescription {
    let kernel, strides, dilations: [Int]
    var before, after: [Int]
    /// Of transposed convolutions.
    var extra: [Int] = []

    /// Leading axes of one (zero padding) make three of fewer.
    static func three(_ values: [Int], _ filler: Int) -> Extent3 {
        let all = Array(repeating: filler, count: 3 - values.count) + values
        return Extent3(depth: all[0], height: all[1], width: all[2])
    }

    var isSymmetric: Bool { before == after }
}

extension NodeLowering {
    /// The axes behind batch and channels: one to three.
    private func spatialRank(_ x: Value) throws -> Int {
        guard (3...5).contains(x.shape.rank) else {
            throw refuse("it takes one to three axes behind batch and channels, the operand has the shape \(x.shape)")
        }
        return x.shape.rank - 2
    }

    private func window(_ x: Value, kernel: [Int]) throws -> WindowDescription {
        let rank = try spatialRank(x)
        func list(_ name: String) throws -> [Int] {
            let values = try integers(name) ?? Array(repeating: 1, count: rank)
            guard values.count == rank, values.allSatisfy({ (1...1 << 20).contains($0) }) else {
                throw refuse("its \(name) \(values) are not \(rank) positive numbers")
            }
            return values
        }
        let (strides, dilations) = (try list("strides"), try list("dilations"))
        guard kernel.count == rank, kernel.allSatisfy({ (1...1 << 20).contains($0) }) else {
            throw refuse("its kernel_shape \(kernel) is not \(rank) positive numbers")
        }
        var pads = try integers("pads") ?? Array(repeating: 0, count: 2 * rank)
        guard pads.count == 2 * rank, pads.allSatisfy({ (0...1 << 20).contains($0) }) else {
            throw refuse("its pads \(pads) are not \(2 * rank) numbers, none negative")
        }
        switch try string("auto_pad", otherwise: "NOTSET") {
        case "NOTSET": break
        case "VALID": pads = Array(repeating: 0, count: 2 * rank)
        case "SAME_UPPER", "SAME_LOWER":
            let isLower = try string("auto_pad", otherwise: "") == "SAME_LOWER"
            for axis in 0..<rank {
                let extent = x.shape[axis + 2]
                let count = (extent + strides[axis] - 1) / strides[axis]
                let total = max((count - 1) * strides[axis] + dilations[axis] * (kernel[axis] - 1) + 1 - extent, 0)
                pads[axis] = isLower ? (total + 1) / 2 : total / 2
                pads[axis + rank] = total - pads[axis]
            }
        case let other: throw refuse("its auto_pad \(other) is not known")
        }
        return WindowDescription(
            kernel: kernel, strides: strides, dilations: dilations, before: Array(pads[..<rank]),
            after: Array(pads[rank...]))
    }

    /// With three axes behind the first two.
    private func lifted(_ x: Value) throws -> Value {
        let extents = x.shape.extents
        return try reshaped(
            x, Array(extents[..<2]) + Array(repeating: 1, count: 5 - extents.count) + Array(extents[2...]))
    }

    private func lowered(_ x: Value, rank: Int) throws -> Value {
        try reshaped(x, x.shape.extents.prefix(2) + Array(x.shape.extents[(5 - rank)...]))
    }

    private func groups() throws -> Int {
        let groups = try integer("group", otherwise: 1)
        guard (1...1 << 24).contains(groups) else { throw refuse("there are no \(groups) groups") }
        return groups
    }

    private func padded(_ x: Value, _ window: WindowDescription, with value: Float) throws -> Value {
        try emit(.pad(before: [0, 0] + window.before, after: [0, 0] + window.after, value: value), x)
    }

    func convolution() throws -> Value {
        var x = try required(0)
        let weight = try required(1)
        let rank = try spatialRank(x)
        guard weight.shape.rank == rank + 2 else {
            throw refuse("its weight has the shape \(weight.shape), its operand \(x.shape)")
        }
        let kernel = Array(weight.shape.extents[2...])
        if let stated = try integers("kernel_shape"), stated != kernel {
            throw refuse("its kernel_shape is \(stated), its weight has \(kernel)")
        }
        let window = try self.window(x, kernel: kernel)
        if !window.isSymmetric { x = try padded(x, window, with: 0) }
        let geometry = ConvolutionGeometry(
            stride: WindowDescription.three(window.strides, 1),
            padding: WindowDescription.three(window.isSymmetric ? window.before : kernel.map { _ in 0 }, 0),
            dilation: WindowDescription.three(window.dilations, 1), groups: try groups())
        let operands = [try lifted(x), try lifted(weight)] + (optional(2).map { [$0] } ?? [])
        return try lowered(emit(.convolution(geometry), all: operands), rank: rank)
    }

    func transposedConvolution() throws -> Value {
        let x = try required(0)
        let weight = try required(1)
        let rank = try spatialRank(x)
        guard weight.shape.rank == rank + 2, weight.literal != nil, optional(2).map({ $0.literal != nil }) ?? true
        else {
            throw refuse("its weight of shape \(weight.shape) does not fit or is no constant")
        }
        let kernel = Array(weight.shape.extents[2...])
        let window = try transposedWindow(x, kernel: kernel)
        let (extra, geometry) = (
            WindowDescription.three(window.extra, 0),
            ConvolutionGeometry(
                stride: WindowDescription.three(window.strides, 1),
                padding: WindowDescription.three(window.isSymmetric ? window.before : kernel.map { _ in 0 }, 0),
                dilation: WindowDescription.three(window.dilations, 1), groups: try groups())
        )
        let operands = [try lifted(x), try lifted(weight)] + (optional(2).map { [$0] } ?? [])
        let result = try lowered(emit(.transposedConvolution(geometry, extra: extra), all: operands), rank: rank)
        guard !window.isSymmetric else { return result }
        // Padding takes away what lies outside of it.
        var slices = result.shape.extents.map(AxisSlice.all)
        for axis in 0..<rank {
            let count = result.shape[axis + 2] - window.before[axis] - window.after[axis]
            guard count > 0 else { throw refuse("its padding leaves nothing of the shape \(result.shape)") }
            slices[axis + 2] = AxisSlice(start: window.before[axis], step: 1, count: count)
        }
        return try emit(.slice(slices), result)
    }

    /// The window of a transposed convolution: output_shape and auto_pad say how long the result is, and so how much padding there is.
    private func transposedWindow(_ x: Value, kernel: [Int]) throws -> WindowDescription {
        let rank = try spatialRank(x)
        let automatic = try string("auto_pad", otherwise: "NOTSET")
        var window = try self.window(x, kernel: kernel)
        window.extra = try integers("output_padding") ?? kernel.map { _ in 0 }
        guard window.extra.count == rank, window.extra.allSatisfy({ (0...1 << 20).contains($0) }) else {
            throw refuse("its output_padding \(window.extra) is not \(rank) numbers, none negative")
        }
        var lengths = try integers("output_shape")
        if lengths == nil, automatic.hasPrefix("SAME") { lengths = zip(x.shape.extents[2...], window.strides).map(*) }
        guard let lengths else { return window }
        guard lengths.count == rank else { throw refuse("its output_shape \(lengths) is not of \(rank) axes") }
        for axis in 0..<rank {
            let span = window.dilations[axis] * (kernel[axis] - 1) + 1
            let whole = window.strides[axis] * (x.shape[axis + 2] - 1) + window.extra[axis] + span
            guard (1...whole).contains(lengths[axis]) else {
                throw refuse("its output_shape \(lengths) is not within the \(whole) values of axis \(axis + 2)")
            }
            let total = whole - lengths[axis]
            window.before[axis] = automatic == "SAME_UPPER" ? total / 2 : total - total / 2
            window.after[axis] = total - window.before[axis]
        }
        return window
    }

    private func pooling(_ window: WindowDescription) throws -> PoolingGeometry {
        PoolingGeometry(
            window: WindowDescription.three(window.kernel, 1), stride: WindowDescription.three(window.strides, 1),
            padding: WindowDescription.three(window.isSymmetric ? window.before : window.before.map { _ in 0 }, 0),
            keepsPartialWindows: try flag("ceil_mode", otherwise: false))
    }

    private func poolWindow(_ x: Value) throws -> WindowDescription {
        guard let kernel = try integers("kernel_shape") else { throw refuse("it has no kernel_shape") }
        return try window(x, kernel: kernel)
    }

    func maximumPool() throws -> Value {
        var x = try required(0)
        let rank = try spatialRank(x)
        let window = try poolWindow(x)
        guard window.dilations.allSatisfy({ $0 == 1 }) else {
            return try dilated(x, window, around: -.infinity, .maximum)
        }
        if !window.isSymmetric { x = try padded(x, window, with: -.infinity) }
        return try lowered(emit(.maximumPool(pooling(window)), lifted(x)), rank: rank)
    }

    /// Axis by axis the greatest, or the sum, of slices that are a dilation apart.
    private func dilated(
        _ x: Value, _ window: WindowDescription, around number: Float, _ function: BinaryFunction
    ) throws -> Value {
        guard try !flag("ceil_mode", otherwise: false) else {
            throw refuse("ceil_mode with dilations is not supported")
        }
        var result = try padded(x, window, with: number)
        for axis in window.kernel.indices {
            let span = window.dilations[axis] * (window.kernel[axis] - 1) + 1
            let room = result.shape[axis + 2] - span
            guard room >= 0 else { throw refuse("its window does not fit the shape \(x.shape)") }
            let parts = try (0..<window.kernel[axis]).map { tap in
                var slices = result.shape.extents.map(AxisSlice.all)
                slices[axis + 2] = AxisSlice(
                    start: tap * window.dilations[axis], step: window.strides[axis],
                    count: room / window.strides[axis] + 1)
                return try emit(.slice(slices), result)
            }
            result = try parts.dropFirst().reduce(parts[0]) { try emit(.binary(function), $0, $1) }
        }
        return result
    }

    func averagePool() throws -> Value {
        let x = try required(0)
        let rank = try spatialRank(x)
        let window = try poolWindow(x)
        let isDilated = window.dilations.contains { $0 != 1 }
        let countsPadding = try flag("count_include_pad", otherwise: false)
        guard isDilated || !window.isSymmetric else {
            return try lowered(
                emit(.averagePool(pooling(window), countsPadding: countsPadding), lifted(x)), rank: rank)
        }
        func mean(_ x: Value) throws -> Value {
            guard !isDilated else {
                return try affine(
                    dilated(x, window, around: 0, .add), 1 / Float(window.kernel.reduce(1, *)), 0)
            }
            return try lowered(
                emit(.averagePool(pooling(window), countsPadding: true), lifted(padded(x, window, with: 0))),
                rank: rank)
        }
        guard !countsPadding else { return try mean(x) }
        // What counts in each window is the mean of ones.
        try spend(x.shape.extents[2...].reduce(1, *))
        let ones = Value(.real(Tensor(shape: try shape([1, 1] + x.shape.extents[2...]), repeating: 1)))
        return try emit(.binary(.divide), mean(x), mean(ones))
    }

    func globalPool(_ reduction: Reduction) throws -> Value {
        let x = try required(0)
        guard x.shape.rank > 2 else { throw refuse("there is nothing behind batch and channels in \(x.shape)") }
        let axes = Set(2..<x.shape.rank)
        let result = try emit(.reduce(reduction, axes: axes), x)
        guard reduction == .sum else { return result }
        return try affine(result, 1 / Float(x.shape.extents[2...].reduce(1, *)), 0)
    }
}
