import Autodiff
import Tensors
import TestSupport
import Testing

/// Values and gradients of PyTorch in double precision.
@Suite struct GoldenTests {
    @Test("Value and every gradient are PyTorch's", arguments: try GoldenManifest.read().cases)
    func agrees(_ golden: GoldenCase) throws {
        guard let operation = GoldenOperation(rawValue: golden.op) else {
            #expect(GoldenOperation.notYet[golden.op] != nil, "nothing evaluates \(golden.op), and no issue brings it")
            return
        }
        let tolerance = try GoldenManifest.read().tolerance
        let arrays = try TestSupport.golden("ops/\(golden.file)")
        func array(_ name: String) throws -> Tensor { try #require(arrays[name], "\(golden.file) has no \(name)") }

        let tape = Tape(parallelism: .single)
        let variables = try Dictionary(
            uniqueKeysWithValues: golden.inputs.map { name in
                let value = try array("in.\(name)")
                return (name, golden.gradients.contains(name) ? tape.variable(value) : tape.constant(value))
            })
        let y = try GoldenOperands(variables: variables).evaluate(operation, golden.attributes)
        expectClose(y.value, try array("out"), relative: tolerance.value, absolute: 0)

        try #require(!golden.gradients.isEmpty)
        let sources = try golden.gradients.map { try #require(variables[$0]) }
        let gradients = try tape.gradients(of: y, seed: array("grad_out"), withRespectTo: sources)
        for (name, gradient) in zip(golden.gradients, gradients) {
            let mask = arrays["mask.\(name)"]
            expectClose(
                try gradient.masked(mask), try array("grad.\(name)").masked(mask), relative: tolerance.gradient,
                absolute: 0)
        }
    }

    @Test("The manifest lists all cases, and what is said to be missing is")
    func coverage() throws {
        let cases = try GoldenManifest.read().cases
        #expect(cases.count == 64)
        let listed = Set(cases.map(\.op))
        #expect(Set(GoldenOperation.allCases.map(\.rawValue)).isSubset(of: listed))
        #expect(Set(GoldenOperation.notYet.keys).isSubset(of: listed))
        #expect(GoldenOperation.notYet.keys.allSatisfy { GoldenOperation(rawValue: $0) == nil })
    }
}

extension Tensor {
    /// Zeros where the mask is zero.
    fileprivate func masked(_ mask: Tensor?) throws -> Tensor {
        guard let mask else { return self }
        try #require(mask.shape == shape)
        return try Tensor(shape: shape, values: zip(values, mask.values).map { $1 == 0 ? 0 : $0 })
    }
}
