import Autodiff
import Tensors

extension IntegerArray {
    /// Moves integers as an operation on real numbers moves their places: the one description of a movement serves both.
    /// - Parameters:
    ///   - fill: what stands where the movement wrote -1.
    ///   - move: takes arrays of places, which Float32 holds exactly up to 2²⁴.
    static func moved(_ arrays: [IntegerArray], filling fill: Int, _ move: ([Variable]) throws -> Variable) throws
        -> IntegerArray
    {
        let total = arrays.reduce(0) { $0 + $1.values.count }
        guard total <= 1 << 24 else { throw PrimitiveError(reason: "there are \(total) integers, too many") }
        let tape = Tape(parallelism: .single)
        var first = 0
        let places = arrays.map { array in
            defer { first += array.values.count }
            return tape.constant(
                Tensor(uninitialized: array.shape) { buffer in
                    for index in buffer.indices { buffer[index] = Float(first + index) }
                })
        }
        let all = arrays.count == 1 ? arrays[0].values : arrays.flatMap(\.values)
        let result = try move(places).value
        return IntegerArray(
            result.shape, result.values.map { $0 < 0 ? fill : all[Int($0)] },
            isBoolean: arrays.allSatisfy(\.isBoolean))
    }

    private func repeated(to shape: Shape) throws -> [Int] {
        if self.shape == shape { return values }
        if values.count == 1 { return Array(repeating: values[0], count: shape.count) }
        return try Self.moved([self], filling: 0) { try expand($0[0], to: shape) }.values
    }

    private func combined(
        with other: IntegerArray, isBoolean: Bool, _ combine: (Int, Int) throws -> Int
    ) throws -> IntegerArray {
        let shape = try addShape(shape, other.shape)
        let values = try zip(repeated(to: shape), other.repeated(to: shape)).map { try combine($0, $1) }
        return IntegerArray(shape, values, isBoolean: isBoolean)
    }

    func combined(with other: IntegerArray, _ function: BinaryFunction) throws -> IntegerArray {
        func checked(_ result: (partialValue: Int, overflow: Bool)) throws -> Int {
            guard !result.overflow else { throw PrimitiveError(reason: "integers overflow or are divided by zero") }
            return result.partialValue
        }
        return try combined(with: other, isBoolean: false) { a, b in
            switch function {
            case .add: return try checked(a.addingReportingOverflow(b))
            case .subtract: return try checked(a.subtractingReportingOverflow(b))
            case .multiply: return try checked(a.multipliedReportingOverflow(by: b))
            case .divide: return try checked(a.dividedReportingOverflow(by: b))
            case .remainder: return try checked(a.remainderReportingOverflow(dividingBy: b))
            case .modulo:
                let remainder = try checked(a.remainderReportingOverflow(dividingBy: b))
                return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder
            case .maximum: return max(a, b)
            case .minimum: return min(a, b)
            case .power:
                guard (0...64).contains(b) else { throw PrimitiveError(reason: "\(a) to the power of \(b)") }
                return try (0..<b).reduce(1) { product, _ in try checked(product.multipliedReportingOverflow(by: a)) }
            }
        }
    }

    func combined(with other: IntegerArray, _ logic: Logic) throws -> IntegerArray {
        try combined(with: other, isBoolean: true) { a, b in
            switch logic {
            case .and: a & b
            case .or: a | b
            case .xor: a ^ b
            }
        }
    }

    func compared(with other: IntegerArray, _ comparison: Comparison) throws -> IntegerArray {
        try combined(with: other, isBoolean: true) { comparison.holds($0, $1) ? 1 : 0 }
    }

    /// - Precondition: of truth values there is no sum and no product.
    func reduced(_ reduction: Reduction, axes: Set<Int>) -> IntegerArray {
        let groups = AxisGroups(shape, axes: axes)
        let extents = shape.extents.indices.map { axes.contains($0) ? 1 : shape[$0] }
        let results = (0..<groups.count).map { group in
            let members = (0..<groups.members).map { values[groups.place(group, $0)] }
            switch reduction {
            case .sum: return members.reduce(0, &+)
            case .product: return members.reduce(1, &*)
            case .maximum: return members.max() ?? 0
            case .minimum: return members.min() ?? 0
            }
        }
        return IntegerArray(Shape(extents), results, isBoolean: isBoolean)
    }

    func cumulativeSum(axis: Int, isExclusive: Bool, isReversed: Bool) -> IntegerArray {
        let groups = AxisGroups(shape, axes: [axis])
        var results = values
        for group in 0..<groups.count {
            var sum = 0
            for step in 0..<groups.members {
                let place = groups.place(group, isReversed ? groups.members - 1 - step : step)
                results[place] = isExclusive ? sum : sum &+ values[place]
                sum &+= values[place]
            }
        }
        return IntegerArray(shape, results, isBoolean: false)
    }

    func scattered(_ updates: IntegerArray, places: [Int], rule: ScatterRule) -> IntegerArray {
        var results = values
        for (place, update) in zip(places, updates.values) {
            switch rule {
            case .replace: results[place] = update
            case .add: results[place] &+= update
            }
        }
        return IntegerArray(shape, results, isBoolean: isBoolean)
    }
}

extension IntegerArray {
    /// An index from 0 on.
    private static func normalized(_ index: Int, extent: Int) throws -> Int {
        let place = index < 0 ? index + extent : index
        guard (0..<extent).contains(place) else {
            throw PrimitiveError(reason: "the index \(index) is outside an axis of \(extent) elements")
        }
        return place
    }

    /// - Precondition: as ``Primitive/resultType(of:)`` has it, here and below.
    func elementPlaces(in data: Shape, axis: Int) throws -> IntegerArray {
        let strides = data.strides
        var index = [Int](repeating: 0, count: shape.rank)
        let places = try values.map { value in
            let element = try Self.normalized(value, extent: data[axis])
            let place = index.indices.reduce(0) { $0 + strides[$1] * ($1 == axis ? element : index[$1]) }
            shape.advance(&index)
            return place
        }
        return IntegerArray(shape, places, isBoolean: false)
    }

    func linePlaces(in data: Shape, axis: Int) throws -> IntegerArray {
        let run = data.extents[(axis + 1)...].reduce(1, *)
        let outer = data.extents[..<axis].reduce(1, *)
        let lines = try values.map { try Self.normalized($0, extent: data[axis]) }
        var places: [Int] = []
        places.reserveCapacity(outer * lines.count * run)
        for index in 0..<outer {
            for line in lines {
                let first = (index * data[axis] + line) * run
                places += first..<first + run
            }
        }
        let result = data.extents[..<axis] + shape.extents + data.extents[(axis + 1)...]
        return IntegerArray(Shape(Array(result)), places, isBoolean: false)
    }

    func tuplePlaces(in data: Shape, batchAxes: Int) throws -> IntegerArray {
        let length = shape[shape.rank - 1]
        let strides = data.strides
        let run = data.extents[(batchAxes + length)...].reduce(1, *)
        let tuples = shape.extents.dropLast().reduce(1, *)
        let tuplesPerBatch = shape.extents[batchAxes...].dropLast().reduce(1, *)
        let batchSize = data.extents[batchAxes...].reduce(1, *)
        var places: [Int] = []
        for tuple in 0..<tuples {
            var first = tuplesPerBatch == 0 ? 0 : tuple / tuplesPerBatch * batchSize
            for position in 0..<length {
                let axis = batchAxes + position
                first += strides[axis] * (try Self.normalized(values[tuple * length + position], extent: data[axis]))
            }
            places += first..<first + run
        }
        let result = shape.extents.dropLast() + data.extents[(batchAxes + length)...]
        return IntegerArray(Shape(Array(result)), places, isBoolean: false)
    }
}

extension Shape {
    /// The next index in row-major order.
    func advance(_ index: inout [Int]) {
        for axis in index.indices.reversed() {
            index[axis] += 1
            guard index[axis] == self[axis] else { return }
            index[axis] = 0
        }
    }
}
