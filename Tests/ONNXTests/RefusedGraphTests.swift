import Foundation
import ONNX
import Tensors
import TestSupport
import Testing

/// Small files that each break one rule (Tests/Fixtures/generate/onnx_hostile.py), and what is said of them: the node and the reason.
@Suite struct RefusedGraphTests {
    private static let folder = fixture("onnx/refused")

    /// What of the message is checked, by the name of the file.
    static let names = [
        "cycle_of_three": "node 0 (Add) takes a value that depends on its own result",
        "cycle_of_one": "node 0 (Add \"snake\") takes a value that depends on its own result",
        "cycle_nobody_needs": "node 1 (Relu) takes a value that depends on its own result",
        "value_of_two_nodes": "node 1 (Tanh \"second\") gives y, which exists already",
        "value_twice_of_one_node": "node 0 (Split) gives a, which exists already",
        "value_of_a_weight": "node 0 (Relu) gives w, which exists already",
        "value_of_the_input": "node 0 (Relu) gives x, which exists already",
        "two_weights_of_a_name": "the weight w of the ONNX model is not valid: there are two of this name",
        "two_inputs_of_a_name": "there is a second one, x, beside x",
        "undefined": "node 1 (Add \"sum\") takes nothing, which nothing gives",
        "undefined_in_a_branch": "node 0 (If) takes nothing, which nothing gives",
        "branch_hides_a_value": "node 2 (If) gives a, which exists already",
        "terminal_colours": #"node 0 (Add "\u{1b}]0;owned\u{7}") takes \u{1b}[31mnothing\u{a}at all, which"#,
    ]
    static let files = [
        "no_graph": "it holds no graph",
        "two_graphs": "there is a second graph",
        "no_opset": "does not say which version of the standard operators it uses; versions 11 to 20 are supported",
        "opset_10":
            "uses version 10 of the standard operators; versions 11 to 20 are supported: export with opset_version=18",
        "opset_21":
            "uses version 21 of the standard operators; versions 11 to 20 are supported: export with opset_version=18",
        "two_opsets": "names versions 17 and 18 of the standard operators",
        "behind_the_end": "there is no wire type 3",
        "name_is_no_text": "there is a message in which a field does not have the type that it should have",
    ]
    static let ports = [
        "no_input": "there is none: everything in the model is constant",
        "second_input": "there is a second one, mask, beside x: export the model so that it takes the clip alone",
        "input_of_integers": "x takes uint8, to which there is no gradient: export a model that takes float32",
        "input_of_negative_extent": "x has the negative extent -4",
        "no_output": "the output of the ONNX model cannot be used: there is none",
        "output_of_nobody": "no node gives y",
        "output_is_constant": "y does not depend on what the model computes of its input",
        "output_of_integers": "y holds integers, of which there is no derivative",
        "output_is_empty": "y is empty",
    ]
    static let operators = [
        "unknown_operator":
            "not supported: FancyAttention at node 1 (FancyAttention \"block.3\"); supported are Abs, Add,",
        "unknown_domain": "not supported: com.microsoft::FusedMatMul at node 0 (com.microsoft::FusedMatMul)",
        "loop": "not supported: Loop at node 0 (Loop)",
        "training_batch_norm":
            "node 0 (BatchNormalization) of the ONNX model cannot be used: it is in training mode: call model.eval()",
        "training_dropout": "it is in training mode: call model.eval()",
        "condition_of_the_clip":
            "node 2 (If) of the ONNX model cannot be used: its condition must not depend on the values of the clip",
        "shape_of_the_clip":
            "node 3 (Expand) of the ONNX model cannot be used: its shape must not depend on the values of the clip",
        "attribute_twice": "node 0 (Softmax) of the ONNX model cannot be used: there are two attributes axis",
        "attribute_of_another_type": "its attribute axis has another type",
        "axis_outside": "there is no axis 5 among 5",
        "no_operand": "node 0 (Add) of the ONNX model cannot be used: its operand 1 is missing",
    ]
    static let weights = [
        "weight_too_short":
            "the weight w of the ONNX model is not valid: the shape [3, 3, 1, 1, 1] takes 36 bytes, there are 35",
        "weight_too_long": "the shape [3, 3, 1, 1, 1] takes 36 bytes, there are 40",
        "weight_of_fewer_values": "the shape [8] takes 8 values, there are 3",
        "weight_of_complex_numbers": "the element type 14 is not supported",
        "weight_of_text": "the element type 8 is not supported",
        "weight_of_many_axes": "it has more than 32 axes",
        "weight_empty_and_huge": "its shape [0, 1099511627776] holds more than",
        "weight_that_overflows": "its shape [4294967296, 4294967296] holds more than",
        "constant_too_short":
            "node 0 (Constant \"table\") of the ONNX model cannot be used: the array value is not valid: the shape [3, 3, 1, 1, 1] takes 36 bytes",
        "weight_sparse": "the weight w of the ONNX model is not valid: sparse weights are not supported",
        "external_above":
            "the weight w of the ONNX model is not in the file: it is said to be in a file outside of the model's directory",
        "external_absolute": "outside of the model's directory",
        "external_parent": "outside of the model's directory",
        "external_windows": "outside of the model's directory",
        "external_nowhere": "no other file is named",
        "external_beside":
            "it is in the file model.onnx.data beside it: export with torch.onnx.export(…, external_data=False)",
        "external_beyond": "external_data=False",
        "external_negative": "external_data=False",
        "external_other_length": "external_data=False",
    ]
    static let shapes = [
        "conv_channels": "node 0 (Conv \"stem\") of the ONNX model cannot be used: convolution3D",
        "conv_kernel_shape": "its kernel_shape is [1, 5, 5], its weight has [1, 3, 3]",
        "conv_axes": "its weight has the shape [2, 3, 3, 3], its operand [1, 3, 4, 8, 8]",
        "conv_groups": "2 groups do not divide 3 input and 2 output channels",
        "conv_no_groups": "there are no 0 groups",
        "conv_many_groups": "there are no 1152921504606846976 groups",
        "conv_strides": "its strides [1, 0, 1] are not 3 positive numbers",
        "conv_negative_pads": "its pads [0, 0, 0, 0, 0, -1] are not 6 numbers, none negative",
        "conv_large_kernel": "a window that spans 5 does not fit 4 elements with padding 0",
        "conv_dilation": "its dilations [4611686018427387904, 1, 1] are not 3 positive numbers",
        "conv_bias": "the bias has one value for each output channel",
        "conv_empty_weight": "the weight is empty",
        "transposed_channels": "the weight's first extent is the input's channels",
        "transposed_padding": "node 0 (ConvTranspose)",
        "pool_padding": "may hold nothing but padding",
        "pool_without_kernel": "it has no kernel_shape",
        "batch_norm_parameters": "the parameters have one value for each channel",
        "layer_norm_parameters": "node 0 (LayerNormalization)",
        "group_norm_groups": "2 groups do not divide the channels of [1, 3, 4, 8, 8]",
        "matmul_inner": "node 0 (MatMul) of the ONNX model cannot be used",
        "gemm_axes": "[1, 3, 4, 8, 8] and [8, 2] are no matrices",
        "add_repeated": "node 0 (Add) of the ONNX model cannot be used: add",
        "add_of_integers": "its operands are of different types",
        "concat_extents": "they differ along another axis than 1",
        "reshape_count": "[1, 3, 4, 8, 8] cannot take the shape [7, -1]",
        "reshape_two_open": "the shape [-1, -1] is not possible",
        "reshape_overflow": "is not possible",
        "transpose_axes": "[0, 1, 1, 3, 4] does not name each axis once",
        "squeeze_extent": "the axes [1] of [1, 3, 4, 8, 8] are not all of extent one",
        "split_sizes": "the sizes [1, 1] are not those of 3 elements in 2 parts",
        "slice_step": "starts, ends, axes and steps do not belong together",
        "slice_axes_twice": "node 0 (Slice)",
        "gather_index": "the index 3 is outside an axis of 3 elements",
        "gather_real_index": "its indices are no integers",
        "scatter_index": "the index 1 is outside an axis of 1 elements",
        "einsum_axes": "ab does not name the axes of [1, 3, 4, 8, 8]",
        "einsum_stray_dot": "the equation ab.cde->a has a stray dot",
        "einsum_unknown_axis": "the equation abcde->z repeats an axis, or gives one that no operand has",
        "topk_too_many": "axis 4 of [1, 3, 4, 8, 8] has no 9 elements",
        "lstm_weights": "operand and weights have three axes",
        "resize_mode": "resizing by lanczos with half_pixel",
    ]
    static let bombs = [
        "bomb_expand": "node 0 (Expand) of the ONNX model would give the shape [1099511627776,",
        "bomb_expand_overflow": "node 0 (Expand) of the ONNX model cannot be used: the shape",
        "bomb_expand_constant":
            "node 0 (Expand) of the ONNX model would give the shape [536870912]: more than 67108864 values",
        "bomb_expand_axes": "node 0 (Expand) of the ONNX model cannot be used: the shape",
        "bomb_tile": "node 0 (Tile) of the ONNX model would give the shape",
        "bomb_pad": "node 0 (Pad) of the ONNX model would give the shape [1, 3, 4, 8, 549755813896]",
        "bomb_pad_edge": "an axis of 8 elements is not padded by 0 and 549755813888",
        "bomb_pad_overflow": "its pads are not two for each of 5 axes, or too large",
        "bomb_constant_of_shape": "node 0 (ConstantOfShape) of the ONNX model would give the shape [1099511627776]",
        "bomb_range": "node 0 (Range) of the ONNX model cannot be used: it gives too many values",
        "bomb_range_of_numbers": "node 0 (Range) of the ONNX model cannot be used: it gives too many values",
        "bomb_one_hot": "its depth is no constant",
        "bomb_resize": "node 0 (Resize) of the ONNX model would give the shape",
        "bomb_resize_sizes": "are not one positive number for each axis",
        "bomb_transposed": "node 0 (ConvTranspose)",
        "bomb_conv_padding": "node 0 (Conv)",
        "bomb_pool_window": "holds too many values",
        "bomb_split": "cannot be split into 1073741824 for 1 results",
        "bomb_unsqueeze": "it adds 40 axes",
        "bomb_einsum": "node 0 (Einsum) of the ONNX model would give the shape",
        "bomb_doubling": "node 20 (Concat \"double20\") of the ONNX model would give the shape",
        "bomb_doubling_constant":
            "(Concat) of the ONNX model would give the shape",
        "bomb_integers":
            "(Add) of the ONNX model cannot be used: working out the model's constants takes too many values",
        "bomb_products_at_load":
            "(MatMul) of the ONNX model cannot be used: working out the model's constants takes too many values",
        "bomb_steps": "(LSTM) of the ONNX model cannot be used: the network takes more than 250000 steps",
        "bomb_operations": "more than 1125899906842624 operations in a forward pass",
    ]
    static let all = [names, files, ports, operators, weights, shapes, bombs].flatMap(\.self)

    @Test("Every file of the folder is tested")
    func complete() throws {
        let found = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(found.sorted() == Self.all.map { $0.key + ".onnx" }.sorted())
    }

    @Test("A file that breaks a rule is refused before anything of its size is made", arguments: all)
    func refused(_ name: String, _ reason: String) throws {
        let error = #expect(throws: GraphError.self) {
            let graph = try Graph(
                file: Data(contentsOf: Self.folder.appending(path: "\(name).onnx")), external: nil,
                limits: GraphLimits()
            ).validated()
            let extents = (graph.inputs[0].extents ?? []).map { $0 ?? 1 }
            _ = try graph.program(for: Shape(validating: extents), limits: GraphLimits())
        }
        let text = error?.description ?? ""
        #expect(text.contains(reason), "\(text)")
        #expect(text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
    }

    @Test("Weights that are said to be outside of a file that did come are refused")
    func outsideOfExternal() throws {
        for (name, reason) in [
            ("external_beyond", "bytes 9223372036854775807 to"), ("external_negative", "its offset -36 is no number"),
            ("external_other_length", "its shape takes 36 bytes, 40 are said to be there"),
            ("external_above", "outside of the model's directory"),
        ] {
            let error = #expect(throws: GraphError.self) {
                try Graph(
                    file: Data(contentsOf: Self.folder.appending(path: "\(name).onnx")), external: Data(count: 36),
                    limits: GraphLimits())
            }
            #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
        }
        let beside = try Graph(
            file: Data(contentsOf: Self.folder.appending(path: "external_beside.onnx")), external: Data(count: 36),
            limits: GraphLimits()
        ).validated()
        #expect(try beside.program(for: [1, 3, 4, 8, 8], limits: GraphLimits()).outputShape == [1, 3, 4, 8, 8])
    }
}
