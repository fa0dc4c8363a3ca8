import Autodiff
import Foundation
import ONNX
import Tensors

/// Little enough for many files a second, whatever they ask for.
private let limits = {
    var limits = GraphLimits()
    limits.values = 1 << 16
    limits.foldedValues = 1 << 14
    limits.movedIntegers = 1 << 14
    limits.foldingBudget = 1 << 16
    limits.instructions = 2000
    limits.operations = 1 << 22
    return limits
}()

/// Takes whatever bytes libFuzzer comes up with for an ONNX file: they may be refused with the reader's own error, or be a network, which is run and
/// differentiated. Anything else (another error, a trap, much memory or time) ends the fuzzer with the bytes in a file.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzGraph(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let data = bytes.map { Data(bytes: $0, count: count) } ?? Data()
    do {
        let graph = try Graph(file: data, external: data, limits: limits).validated()
        for weight in graph.weights { precondition(graph.values(of: weight)?.shape == weight.shape) }
        guard let shape = try? Shape(validating: (graph.inputs[0].extents ?? []).map { $0 ?? 2 }),
            shape.extents.allSatisfy({ $0 <= limits.values }), shape.count <= limits.values
        else { return 0 }
        let program = try graph.program(for: shape, limits: limits)
        let cost = program.cost(parallelism: .single)
        precondition(cost.flops >= 0 && cost.bytes >= 0 && !program.operators.isEmpty)
        guard cost.bytes < 16 << 20 else { return 0 }
        let tape = Tape(parallelism: .single)
        let x = tape.variable(Tensor(shape: shape, repeating: 0.5))
        let y = try program(x)
        precondition(y.shape == program.outputShape)
        let seed = Tensor(shape: y.shape, repeating: 1)
        let gradient = try tape.gradients(of: y, seed: seed, withRespectTo: [x])[0]
        precondition(gradient.shape == shape)
    } catch let error as GraphError {
        precondition(!error.description.isEmpty)
    } catch {
        preconditionFailure("an error of another kind: \(error)")
    }
    return 0
}
