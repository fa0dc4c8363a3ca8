import Autodiff
import Tensors

extension NodeLowering {
    func gather() throws -> Value {
        let (x, indices) = (try required(0), try required(1))
        let axis = try self.axis(integer("axis", otherwise: 0), rank: x.shape.rank)
        guard !indices.isReal else { throw refuse("its indices are no integers") }
        guard let known = indices.integers else {
            return try emit(.pick, x, emit(.linePlaces(x.shape, axis: axis), indices))
        }
        let extent = x.shape[axis]
        let places = try known.values.map { index in
            let place = index < 0 ? index + extent : index
            guard (0..<extent).contains(place) else {
                throw refuse("the index \(index) is outside an axis of \(extent) elements")
            }
            return place
        }
        let taken: Value
        if let first = places.first, places == Array(first..<first + places.count) {
            var slices = x.shape.extents.map(AxisSlice.all)
            slices[axis] = AxisSlice(start: first, step: 1, count: places.count)
            taken = try emit(.slice(slices), x)
        } else {
            taken = try emit(.take(axis: axis, places), x)
        }
        return try reshaped(
            taken, x.shape.extents[..<axis] + indices.shape.extents + x.shape.extents[(axis + 1)...])
    }

    func gatherElements() throws -> Value {
        let (x, indices) = (try required(0), try required(1))
        let axis = try self.axis(integer("axis", otherwise: 0), rank: x.shape.rank)
        return try emit(.pick, x, emit(.elementPlaces(x.shape, axis: axis), indices))
    }

    func gatherTuples() throws -> Value {
        let (x, indices) = (try required(0), try required(1))
        let batchAxes = try integer("batch_dims", otherwise: 0)
        guard (0..<max(x.shape.rank, 1)).contains(batchAxes) else {
            throw refuse("there are no \(batchAxes) batch axes")
        }
        return try emit(.pick, x, emit(.tuplePlaces(x.shape, batchAxes: batchAxes), indices))
    }

    private func scatterRule() throws -> ScatterRule {
        switch try string("reduction", otherwise: "none") {
        case "none": .replace
        case "add": .add
        case let other: throw refuse("its reduction \(other) is not supported: none and add are")
        }
    }

    func scatterElements() throws -> Value {
        let (x, indices, updates) = (try required(0), try required(1), try required(2))
        let axis = try self.axis(integer("axis", otherwise: 0), rank: x.shape.rank)
        guard indices.shape == updates.shape else {
            throw refuse("its indices have the shape \(indices.shape), its updates \(updates.shape)")
        }
        let places = try emit(.elementPlaces(x.shape, axis: axis), indices)
        return try emit(.scatter(scatterRule()), x, updates, places)
    }

    func scatterTuples() throws -> Value {
        let (x, indices, updates) = (try required(0), try required(1), try required(2))
        if let replaced = try replacedRows(x, indices, updates) { return replaced }
        let places = try emit(.tuplePlaces(x.shape, batchAxes: 0), indices)
        guard places.shape == updates.shape else {
            throw refuse("its indices ask for updates of shape \(places.shape), they have \(updates.shape)")
        }
        return try emit(.scatter(scatterRule()), x, updates, places)
    }

    /// Exporters write an assignment to a slice so: rows of the first axis, one behind the other, become others. Then no table of places is needed.
    private func replacedRows(_ x: Value, _ indices: Value, _ updates: Value) throws -> Value? {
        guard let known = indices.integers, x.shape.rank > 0, known.shape.rank == 2, known.shape[1] == 1,
            try scatterRule() == .replace, x.type.kind == updates.type.kind
        else { return nil }
        let extent = x.shape[0]
        let rows = known.values.map { $0 < 0 ? $0 + extent : $0 }
        guard let first = rows.first, let last = rows.last, first >= 0, last < extent,
            rows == Array(first..<first + rows.count),
            updates.shape.extents == [rows.count] + x.shape.extents.dropFirst()
        else { return nil }
        func part(_ start: Int, _ count: Int) throws -> [Value] {
            guard count > 0 else { return [] }
            var slices = x.shape.extents.map(AxisSlice.all)
            slices[0] = AxisSlice(start: start, step: 1, count: count)
            return [try emit(.slice(slices), x)]
        }
        let parts = try part(0, first) + [updates] + part(last + 1, extent - last - 1)
        return try emit(.concatenate(axis: 0), all: parts)
    }

    func oneHot() throws -> Value {
        let (indices, depth, values) = (try required(0), try required(1), try required(2))
        guard let count = depth.integers?.values.first ?? depth.number.flatMap({ Int(exactly: $0) }),
            (1...1 << 24).contains(count), values.shape == [2]
        else { throw refuse("its depth is no constant, or its values are not two") }
        try spend(8 * count)
        let rank = indices.shape.rank
        let axis = try self.axis(integer("axis", otherwise: -1), rank: rank + 1)
        var extents = indices.shape.extents
        extents.insert(1, at: axis)
        let wide = try reshaped(emit(.cast(.integer), indices), extents)
        let column = [count] + Array(repeating: 1, count: rank - axis)
        let classes = Value.integers(try shape(column), Array(0..<count))
        // Negative indices count from the end.
        let negative = Value.integers(try shape(column), Array(-count..<0))
        let hit = try emit(
            .logic(.or), emit(.compare(.equal), wide, classes), emit(.compare(.equal), wide, negative))
        func value(_ index: Int) throws -> Value {
            try reshaped(emit(.slice([AxisSlice(start: index, step: 1, count: 1)]), values), [])
        }
        return try emit(.select, hit, value(1), value(0))
    }

    func constant() throws -> Value {
        if case .array(let array)? = node.attributes["value"] { return Value(Literal(array)) }
        if let number = try optionalInteger("value_int") { return .integers([], [number]) }
        if let numbers = try integers("value_ints") { return .integers([numbers.count], numbers) }
        if case .real(let number)? = node.attributes["value_float"] { return .scalar(number) }
        if case .reals(let numbers)? = node.attributes["value_floats"] {
            return Value(
                .real(
                    Tensor(uninitialized: [numbers.count]) { buffer in
                        for (index, number) in numbers.enumerated() { buffer[index] = number }
                    }))
        }
        throw refuse("its value is missing, sparse or text")
    }

    func constantOfShape() throws -> Value {
        guard let extents = try constantIntegers(0, "shape") else { throw refuse("its shape is missing") }
        let value: Value
        if let attribute = node.attributes["value"] {
            guard case .array(let array) = attribute, array.shape.count == 1 else {
                throw refuse("its value is not one number")
            }
            value = try reshaped(Value(Literal(array)), [])
        } else {
            value = .scalar(0)
        }
        return try emit(.expand(shape(extents)), value)
    }

    func range() throws -> Value {
        let operands = try all()
        guard operands.count == 3 else { throw refuse("it takes start, limit and step") }
        let limit = builder.limits.movedIntegers
        if operands.allSatisfy({ $0.isReal }) {
            let numbers = operands.compactMap { $0.number.map(Double.init) }
            guard numbers.count == 3, numbers[2] != 0 else {
                throw refuse("its bounds are no constants, or its step is zero")
            }
            let steps = ((numbers[1] - numbers[0]) / numbers[2]).rounded(.up)
            guard steps.isFinite, steps <= Double(limit) else { throw refuse("it gives too many values") }
            // Against the step's direction it may be as far as a Float32 is.
            let count = Int(max(0, steps))
            try spend(count)
            return Value(
                .real(
                    Tensor(uninitialized: [count]) { buffer in
                        for index in buffer.indices { buffer[index] = Float(numbers[0] + Double(index) * numbers[2]) }
                    }))
        }
        let numbers = operands.compactMap { $0.integers?.values.first }
        guard numbers.count == 3, numbers[2] != 0, numbers.allSatisfy({ $0.magnitude < 1 << 62 }) else {
            throw refuse("its bounds are no constants, or its step is zero")
        }
        let values = stride(from: numbers[0], to: numbers[1], by: numbers[2])
        let count = max(0, (numbers[1] - numbers[0]) / numbers[2] + 1)
        guard count <= limit else { throw refuse("it gives too many values") }
        try spend(2 * count)
        let all = Array(values)
        return .integers([all.count], all)
    }

    func shapeOfOperand() throws -> Value {
        let extents = try required(0).shape.extents
        func bound(_ name: String, otherwise value: Int) throws -> Int {
            let given = try integer(name, otherwise: value)
            return min(max(given < 0 ? given + extents.count : given, 0), extents.count)
        }
        let (start, end) = (try bound("start", otherwise: 0), try bound("end", otherwise: extents.count))
        let part = start < end ? Array(extents[start..<end]) : []
        return .integers([part.count], part)
    }
}
