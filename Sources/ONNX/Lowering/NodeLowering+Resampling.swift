import Autodiff
import Tensors

extension NodeLowering {
    func resizing() throws -> Value {
        let x = try required(0)
        let rank = x.shape.rank
        let axes = try integers("axes").map { try self.axes($0, rank: rank) } ?? Array(0..<rank)
        var scales = Array(repeating: 1.0, count: rank)
        var sizes = x.shape.extents
        if let given = try constantIntegers(3, "sizes"), !given.isEmpty {
            guard given.count == axes.count, given.allSatisfy({ (1...1 << 30).contains($0) }) else {
                throw refuse("its sizes \(given) are not one positive number for each axis")
            }
            guard try string("keep_aspect_ratio_policy", otherwise: "stretch") == "stretch" else {
                throw refuse("its keep_aspect_ratio_policy is not supported: stretch is")
            }
            for (axis, size) in zip(axes, given) {
                sizes[axis] = size
                scales[axis] = Double(size) / Double(max(x.shape[axis], 1))
            }
        } else if let given = try constantReals(2, "scales"), !given.isEmpty {
            guard given.count == axes.count, given.allSatisfy({ $0 > 0 && $0 < 4096 }) else {
                throw refuse("its scales \(given) are not one positive number for each axis")
            }
            for (axis, scale) in zip(axes, given) {
                scales[axis] = Double(scale)
                sizes[axis] = Int((Double(x.shape[axis]) * Double(scale)).rounded(.down))
            }
        } else {
            throw refuse("it has neither sizes nor scales")
        }
        guard try !flag("antialias", otherwise: false), try !flag("exclude_outside", otherwise: false) else {
            throw refuse("antialias and exclude_outside are not supported")
        }
        let rule = ResizeRule(
            mode: try string("mode", otherwise: "nearest"),
            coordinates: try string("coordinate_transformation_mode", otherwise: "half_pixel"),
            rounding: try string("nearest_mode", otherwise: "round_prefer_floor"),
            cubic: Double(try real("cubic_coeff_a", otherwise: -0.75)))
        return try (0..<rank).reduce(x) { result, axis in
            guard sizes[axis] != result.shape[axis] || scales[axis] != 1 else { return result }
            guard result.shape[axis] > 0, sizes[axis] > 0 else { throw refuse("\(x.shape) is empty, or its result") }
            guard sizes[axis] <= builder.limits.movedIntegers else {
                throw refuse("an axis of \(result.shape[axis]) elements would be resized to \(sizes[axis])")
            }
            try spend(12 * sizes[axis])
            guard let taps = rule.taps(from: result.shape[axis], to: sizes[axis], scale: scales[axis]) else {
                throw refuse(
                    "resizing by \(rule.mode) with \(rule.coordinates) and \(rule.rounding) is not supported")
            }
            return try emit(.resample(axis: axis, taps), result)
        }
    }

    func gridSample() throws -> Value {
        let (image, grid) = (try required(0), try required(1))
        let mode = try string("mode", otherwise: "linear")
        guard ["linear", "bilinear"].contains(mode) else {
            throw refuse("its mode \(mode) is not supported: linear is")
        }
        let padding: GridPadding
        switch try string("padding_mode", otherwise: "zeros") {
        case "zeros": padding = .zeros
        case "border": padding = .border
        case let other: throw refuse("its padding_mode \(other) is not supported: zeros and border are")
        }
        return try emit(.gridSample(padding, alignCorners: flag("align_corners", otherwise: false)), image, grid)
    }
}

/// Which elements of an axis make up each element of the resized one (onnx.ai, Resize).
private struct ResizeRule {
    let mode, coordinates, rounding: String
    let cubic: Double

    /// Where an element of the result lies among those of the axis; nil for rules that are not supported.
    private func place(_ index: Int, from extent: Int, to count: Int, scale: Double) -> Double? {
        let x = Double(index)
        switch coordinates {
        case "half_pixel": return (x + 0.5) / scale - 0.5
        case "half_pixel_symmetric":
            let adjustment = Double(count) / (scale * Double(extent))
            let offset = Double(extent) / 2 * (1 - adjustment)
            return offset + (x + 0.5) / scale - 0.5
        case "pytorch_half_pixel": return count > 1 ? (x + 0.5) / scale - 0.5 : 0
        case "asymmetric": return x / scale
        case "align_corners": return count > 1 ? x * Double(extent - 1) / Double(count - 1) : 0
        default: return nil
        }
    }

    func taps(from extent: Int, to count: Int, scale: Double) -> AxisTaps? {
        var (indices, weights): ([Int], [Float]) = ([], [])
        func add(_ index: Int, _ weight: Double) {
            indices.append(min(max(index, 0), extent - 1))
            weights.append(Float(weight))
        }
        for index in 0..<count {
            guard let place = place(index, from: extent, to: count, scale: scale) else { return nil }
            switch mode {
            case "nearest":
                let rounded: Double
                switch rounding {
                case "round_prefer_floor": rounded = (place - 0.5).rounded(.up)
                case "round_prefer_ceil": rounded = (place + 0.5).rounded(.down)
                case "floor": rounded = place.rounded(.down)
                case "ceil": rounded = place.rounded(.up)
                default: return nil
                }
                add(Int(rounded), 1)
            case "linear":
                let held = min(max(place, 0), Double(extent - 1))
                let lower = held.rounded(.down)
                add(Int(lower), 1 - (held - lower))
                add(Int(lower) + 1, held - lower)
            case "cubic":
                let lower = place.rounded(.down)
                for tap in -1...2 { add(Int(lower) + tap, weight(abs(place - lower - Double(tap)))) }
            default: return nil
            }
        }
        return AxisTaps(
            tapsPerElement: mode == "nearest" ? 1 : mode == "linear" ? 2 : 4, indices: indices, weights: weights)
    }

    /// Keys' cubic convolution (doi:10.1109/TASSP.1981.1163711).
    private func weight(_ d: Double) -> Double {
        if d <= 1 { return ((cubic + 2) * d - (cubic + 3)) * d * d + 1 }
        if d < 2 { return ((cubic * d - 5 * cubic) * d + 8 * cubic) * d - 4 * cubic }
        return 0
    }
}
