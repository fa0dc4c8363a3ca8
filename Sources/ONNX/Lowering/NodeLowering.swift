import Autodiff
import Tensors

/// One node on its way into a program: its operands, its attributes, and what it emits.
struct NodeLowering {
    let node: Node
    let opset: Int
    /// Nil where the node leaves one out.
    let operands: [Value?]
    let builder: ProgramBuilder

    func refuse(_ reason: String) -> GraphError { .badNode(node.name, reason: reason) }

    func emit(_ primitive: Primitive, _ operands: Value...) throws -> Value {
        try builder.emit(primitive, operands, at: node.name)
    }

    func emit(_ primitive: Primitive, all operands: [Value]) throws -> Value {
        try builder.emit(primitive, operands, at: node.name)
    }

    // Operands.

    func optional(_ index: Int) -> Value? { operands.indices.contains(index) ? operands[index] : nil }

    func required(_ index: Int) throws -> Value {
        guard let value = optional(index) else { throw refuse("its operand \(index) is missing") }
        return value
    }

    func all() throws -> [Value] { try operands.indices.map(required) }

    /// An operand that says how, not what: it must be known at load.
    func constantIntegers(_ index: Int, _ name: String) throws -> [Int]? {
        guard let value = optional(index) else { return nil }
        guard let array = value.integers else {
            throw refuse(
                value.isReal
                    ? "of its \(name) integers are expected" : "its \(name) must not depend on the values of the clip"
            )
        }
        return array.values
    }

    func constantInteger(_ index: Int, _ name: String) throws -> Int? {
        guard let values = try constantIntegers(index, name) else { return nil }
        guard values.count == 1 else { throw refuse("its \(name) is not one number") }
        return values[0]
    }

    func constantReals(_ index: Int, _ name: String) throws -> [Float]? {
        guard let value = optional(index) else { return nil }
        guard let tensor = value.tensor else {
            throw refuse(
                value.isReal
                    ? "its \(name) must not depend on the values of the clip"
                    : "of its \(name) numbers with a fraction are expected")
        }
        return tensor.values
    }

    /// To be called before arrays of that many values are made.
    func spend(_ values: Int) throws {
        guard builder.canSpend(values) else {
            throw refuse("working out the model's constants takes too many values")
        }
    }

    // Attributes.

    private func misfit(_ name: String) -> GraphError { refuse("its attribute \(name) has another type") }

    func integer(_ name: String, otherwise value: Int) throws -> Int { try optionalInteger(name) ?? value }

    func optionalInteger(_ name: String) throws -> Int? {
        guard let attribute = node.attributes[name] else { return nil }
        guard case .integer(let value) = attribute else { throw misfit(name) }
        return value
    }

    func flag(_ name: String, otherwise value: Bool) throws -> Bool { try integer(name, otherwise: value ? 1 : 0) != 0 }

    func real(_ name: String, otherwise value: Float) throws -> Float {
        guard let attribute = node.attributes[name] else { return value }
        guard case .real(let value) = attribute else { throw misfit(name) }
        return value
    }

    func integers(_ name: String) throws -> [Int]? {
        guard let attribute = node.attributes[name] else { return nil }
        guard case .integers(let values) = attribute else { throw misfit(name) }
        return values
    }

    func string(_ name: String, otherwise value: String) throws -> String {
        guard let attribute = node.attributes[name] else { return value }
        guard case .string(let value) = attribute else { throw misfit(name) }
        return value
    }

    func strings(_ name: String) throws -> [String]? {
        guard let attribute = node.attributes[name] else { return nil }
        guard case .strings(let values) = attribute else { throw misfit(name) }
        return values
    }

    /// An axis from 0 on; negative ones count from the end.
    func axis(_ axis: Int, rank: Int) throws -> Int {
        let place = axis < 0 ? axis + rank : axis
        guard (0..<rank).contains(place) else { throw refuse("there is no axis \(axis) among \(rank)") }
        return place
    }

    func axes(_ axes: [Int], rank: Int) throws -> [Int] {
        guard axes.count <= rank else { throw refuse("it names \(axes.count) of \(rank) axes") }
        let places = try axes.map { try axis($0, rank: rank) }
        guard Set(places).count == places.count else { throw refuse("its axes \(axes) name one twice") }
        return places
    }

    /// Axes as an attribute in older versions of an operator, as an operand in newer ones.
    func axesAttributeOrOperand(_ index: Int, rank: Int) throws -> [Int]? {
        try (integers("axes") ?? constantIntegers(index, "axes")).map { try axes($0, rank: rank) }
    }

    func shape(_ extents: [Int]) throws -> Shape {
        guard extents.count <= builder.limits.rank, let shape = try? Shape(validating: extents) else {
            throw refuse("the shape \(extents.prefix(builder.limits.rank)) is not possible")
        }
        return shape
    }

    func reshaped(_ x: Value, _ extents: [Int]) throws -> Value { try emit(.reshape(shape(extents)), x) }

    func mapped(_ function: RealFunction, _ x: Value) throws -> Value { try emit(.unary(function), x) }

    func affine(_ x: Value, _ factor: Float, _ addend: Float) throws -> Value {
        try mapped(.affine(factor: factor, addend: addend), x)
    }
}
