import Autodiff
import Tensors

extension Comparison {
    func holds<Number: Comparable>(_ a: Number, _ b: Number) -> Bool {
        switch self {
        case .equal: a == b
        case .greater: a > b
        case .greaterOrEqual: a >= b
        case .less: a < b
        case .lessOrEqual: a <= b
        }
    }

    func apply(to a: RunValue, _ b: RunValue) throws -> IntegerArray {
        switch (a, b) {
        case (.integer(let a), .integer(let b)): return try a.compared(with: b, self)
        case (.real(let a), .real(let b)):
            let tape = Tape(parallelism: .single)
            let shape = try addShape(a.shape, b.shape)
            let (x, y) = (
                try expand(tape.constant(a.value), to: shape).value.values,
                try expand(tape.constant(b.value), to: shape).value.values
            )
            return IntegerArray(shape, zip(x, y).map { holds($0, $1) ? 1 : 0 }, isBoolean: true)
        case (.integer, .real), (.real, .integer):
            throw PrimitiveError(reason: "its operands are of different types")
        }
    }
}

extension RunValue {
    func cast(to kind: ElementType.Kind, on tape: Tape) -> RunValue {
        switch (self, kind) {
        case (.real, .real): return self
        case (.integer(let array), .real): return .real(tape.constant(array.tensor))
        case (.integer(let array), .integer): return .integer(IntegerArray(array.shape, array.values, isBoolean: false))
        case (.integer(let array), .boolean):
            return .integer(IntegerArray(array.shape, array.values.map { $0 == 0 ? 0 : 1 }, isBoolean: true))
        case (.real(let x), .integer):
            // Towards zero; what does not fit has no defined value.
            return .integer(
                IntegerArray(
                    x.shape, x.value.values.map { Int(exactly: $0.rounded(.towardZero)) ?? 0 }, isBoolean: false))
        case (.real(let x), .boolean):
            return .integer(IntegerArray(x.shape, x.value.values.map { $0 == 0 ? 0 : 1 }, isBoolean: true))
        }
    }

    /// The values in a form that is only compared.
    var order: ValueOrder {
        switch self {
        case .real(let x): ValueOrder(shape: x.shape, values: x.value.values.map(Double.init))
        case .integer(let array): ValueOrder(shape: array.shape, values: array.values.map(Double.init))
        }
    }
}

/// Ranks values along an axis.
struct ValueOrder {
    let shape: Shape
    let values: [Double]

    private func precedes(_ a: Double, _ b: Double, _ extremum: Extremum) -> Bool {
        extremum == .maximum ? a > b : a < b
    }

    /// - Parameter last: whether of equal values the last counts.
    func arguments(_ extremum: Extremum, axis: Int, last: Bool) -> IntegerArray {
        let groups = AxisGroups(shape, axes: [axis])
        let results = (0..<groups.count).map { group in
            var best = 0
            for member in 1..<max(groups.members, 1) {
                let (next, now) = (values[groups.place(group, member)], values[groups.place(group, best)])
                if precedes(next, now, extremum) || (last && next == now) { best = member }
            }
            return best
        }
        var extents = shape.extents
        extents[axis] = 1
        return IntegerArray(Shape(extents), results, isBoolean: false)
    }

    /// The indices of the first `count` values in order; of equal ones the first.
    func top(_ extremum: Extremum, axis: Int, count: Int) -> IntegerArray {
        let groups = AxisGroups(shape, axes: [axis])
        var extents = shape.extents
        extents[axis] = count
        let result = Shape(extents)
        let targets = AxisGroups(result, axes: [axis])
        var indices = [Int](repeating: 0, count: result.count)
        for group in 0..<groups.count {
            let members = (0..<groups.members).map { ($0, values[groups.place(group, $0)]) }
            let sorted = members.sorted { a, b in
                precedes(a.1, b.1, extremum) || (a.1 == b.1 && a.0 < b.0)
            }
            for (place, member) in sorted.prefix(count).enumerated() {
                indices[targets.place(group, place)] = member.0
            }
        }
        return IntegerArray(result, indices, isBoolean: false)
    }
}
