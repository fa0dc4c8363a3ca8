import Tensors

/// How a value meets one that is there already.
package enum ScatterRule: Hashable, Sendable, CaseIterable { case replace, add }

/// Values put to places of an array: y = x, then y[places[i]] = updates[i] (or += for ``ScatterRule/add``), both in row-major order. Where several
/// go to one place the last one replaces the others. Keeps the places.
/// - Parameters:
///   - places: as many as there are updates, each an element of `x`.
/// - Returns: the shape of `x`.
/// - Throws: ``ShapeError``.
package func scatter(_ x: Variable, updates: Variable, places: [Int], rule: ScatterRule) throws -> Variable {
    guard places.count == updates.shape.count, places.allSatisfy((0..<x.shape.count).contains) else {
        throw Operation.scatter.refuses(
            [x.shape, updates.shape], "the places are not all in the first, one for each value of the second")
    }
    var value = x.value
    updates.value.withUnsafeValues { updates in
        value.withUnsafeMutableValues { value in
            for (index, place) in places.enumerated() {
                switch rule {
                case .replace: value[place] = updates[index]
                case .add: value[place] += updates[index]
                }
            }
        }
    }
    let (wantsX, wantsUpdates) = (x.wantsGradient, updates.wantsGradient)
    let updatesShape = updates.shape
    return x.tape.record(
        value, .scatter, parents: [x, updates], keptBytes: places.count * MemoryLayout<Int>.stride
    ) { gradient in
        let byUpdates: Tensor? =
            wantsUpdates
            ? gradient.withUnsafeValues { gradient in
                Tensor(uninitialized: updatesShape) { share in
                    var last: [Int: Int] = [:]
                    if rule == .replace { for (index, place) in places.enumerated() { last[place] = index } }
                    for (index, place) in places.enumerated() {
                        share[index] = rule == .add || last[place] == index ? gradient[place] : 0
                    }
                }
            } : nil
        guard wantsX else { return [nil, byUpdates] }
        if rule == .replace {
            gradient.withUnsafeMutableValues { gradient in for place in places { gradient[place] = 0 } }
        }
        return [gradient, byUpdates]
    }
}
