import Autodiff
import Tensors

extension Program {
    /// Multiplications and additions of a forward pass, and comparisons of poolings; no more than 2⁶², where counting stops.
    var work: Int {
        plain.reduce(0) { sum, instruction in
            let shapes = instruction.operands.map(\.shape)
            return min(sum + instruction.primitive.work(shapes, result: instruction.type.shape), 1 << 62)
        }
    }
}

extension Primitive {
    /// Operations, where they are many more than the values that are read and written. No more than 2⁶²: arrays have at most 2³⁰ values, windows 2³¹.
    func work(_ operands: [Shape], result: Shape) -> Int {
        if case .maximumPool(let geometry) = self { return result.count * geometry.window.product }
        if case .averagePool(let geometry, _) = self { return result.count * geometry.window.product }
        return flops(operands, result: result)
    }
}
