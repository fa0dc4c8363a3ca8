import Foundation
import ONNX
import Tensors
import TestSupport
import Testing

@Suite struct GraphReadingTests {
    @Test(
        "Exported networks are read and valid",
        arguments: [
            "r2plus1d_block", "x3d_se_hardswish", "vivit_tubelet", "cnn_lstm", "frame_cnn_mean", "x3d_silu_dynamo18",
            "vivit_divided_dynamo18", "r2plus1d_block_dynamo18",
        ])
    func exported(_ name: String) throws {
        let graph = try HostileFileTests.open("\(name).onnx")
        #expect(graph.inputs.map(\.name) == ["input"])
        #expect(graph.outputs.map(\.name) == ["output"])
        #expect(graph.opset == (name.contains("dynamo18") ? 18 : 17))
        #expect(graph.producer.hasPrefix("pytorch"))
        #expect(!graph.nodes.isEmpty && !graph.initializers.isEmpty)
    }
}
