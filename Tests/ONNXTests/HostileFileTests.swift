import Foundation
import ONNX
import Tensors
import TestSupport
import Testing

/// Files that must be refused, each for its own reason.
@Suite struct HostileFileTests {
    static func open(_ name: String) throws -> Graph {
        try Graph(
            file: Data(contentsOf: fixture("onnx/\(name)")), external: nil, limits: GraphLimits()
        ).validated()
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let file, reason: String
        var testDescription: String { file }
    }

    static let refusals = [
        Refusal(file: "onnx_varint", reason: "a number takes more than 64 bits"),
        Refusal(file: "onnx_len_lie", reason: "a field claims"),
        Refusal(file: "onnx_future_opset", reason: "version 999 of the standard operators; versions 11 to 20"),
        Refusal(file: "onnx_huge_dim", reason: "the weight w of the ONNX model is not valid: its shape ["),
        Refusal(file: "onnx_negative_dim", reason: "has a negative extent"),
        Refusal(file: "onnx_cycle", reason: "(Add) takes a value that depends on its own result"),
        Refusal(file: "onnx_duplicate_output", reason: "node 1 (Sigmoid) gives output, which exists already"),
        Refusal(file: "onnx_undefined_input", reason: "node 0 (Add) takes nowhere, which nothing gives"),
    ]

    @Test("A file that is no valid graph is refused with node and reason", arguments: refusals)
    func refusal(_ refusal: Refusal) throws {
        let error = #expect(throws: GraphError.self) { try Self.open("hostile/\(refusal.file).onnx") }
        let text = error?.description ?? ""
        #expect(text.contains(refusal.reason), "\(text)")
    }

    static let impossible = [
        Refusal(
            file: "onnx_kernel_mismatch", reason: "node 0 (Conv) of the ONNX model cannot be used: its kernel_shape is"),
        Refusal(file: "onnx_zero_stride", reason: "its strides [0, 0, 0] are not 3 positive numbers"),
        Refusal(file: "onnx_expand_bomb", reason: "node 0 (Expand) of the ONNX model would give the shape"),
    ]

    @Test("A graph that cannot be computed is refused before anything runs", arguments: impossible)
    func refusedShape(_ refusal: Refusal) throws {
        let graph = try Self.open("hostile/\(refusal.file).onnx")
        let extents = try #require(graph.inputs[0].extents)
        let shape = try Shape(validating: extents.map { try #require($0) })
        let error = #expect(throws: GraphError.self) { try graph.program(for: shape, limits: GraphLimits()) }
        let text = error?.description ?? ""
        #expect(text.contains(refusal.reason), "\(text)")
    }

    @Test("A file cut short anywhere is refused, or is a smaller graph that is refused as such")
    func truncation() throws {
        let whole = try Data(contentsOf: fixture("onnx/r2plus1d_block_dynamo18.onnx"))
        _ = try Graph(file: whole, external: nil, limits: GraphLimits()).validated()
        for length in 0..<2000 {
            #expect(throws: GraphError.self) {
                try Graph(file: whole.prefix(length), external: nil, limits: GraphLimits()).validated()
            }
        }
    }
}
