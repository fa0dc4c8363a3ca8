#!/usr/bin/env python3
"""Writes Tests/Fixtures/onnx/refused: small ONNX files that must be refused, each for one reason. RefusedGraphTests.swift says what each is told.
And Tests/Fixtures/onnx/corpus: small networks that fuzzing begins with. What fuzzing finds is put beside them by hand.

    onnx_hostile.py REFUSED CORPUS        made with Python 3.11, onnx 1.23
"""
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CLIP = [1, 3, 4, 8, 8]
FILES = {}


def node(operation, inputs, outputs=("y",), name="", domain="", **attributes):
    return helper.make_node(operation, list(inputs), list(outputs), name or None, domain=domain, **attributes)


def constant(output, values):
    return node("Constant", [], [output], value=numpy_helper.from_array(np.asarray(values)))


def weight(name, *shape):
    return numpy_helper.from_array(np.full(shape, 0.1, np.float32), name)


def integers(name, *values):
    return numpy_helper.from_array(np.array(values, np.int64), name)


def port(name, shape=None, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, CLIP if shape is None else shape)


def model(nodes, weights=(), inputs=None, outputs=None, opsets=(("", 17),)):
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "g", inputs if inputs is not None else [port("x")], outputs if outputs is not None else [result],
                              list(weights))
    return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid(domain, version) for domain, version in opsets])


def file(name, made):
    FILES[name] = made if isinstance(made, bytes) else made.SerializeToString()


def one(name, operation, inputs, weights=(), /, **attributes):
    """A single node."""
    file(name, model([node(operation, ["x", *inputs], **attributes)], weights))


# Names and order.
file("cycle_of_three", model([node("Add", ["x", "c"], ["a"]), node("Relu", ["a"], ["b"]), node("Tanh", ["b"], ["c"], "back"), node("Relu", ["c"])]))
file("cycle_of_one", model([node("Add", ["x", "a"], ["a"], "snake"), node("Relu", ["x"])]))
file("cycle_nobody_needs", model([node("Relu", ["x"]), node("Relu", ["b"], ["a"]), node("Relu", ["a"], ["b"])]))
file("value_of_two_nodes", model([node("Relu", ["x"], ["y"]), node("Tanh", ["x"], ["y"], "second")]))
file("value_twice_of_one_node", model([node("Split", ["x"], ["a", "a"], axis=1), node("Relu", ["a"])]))
file("value_of_a_weight", model([node("Relu", ["x"], ["w"]), node("Add", ["x", "w"])], [weight("w", 1)]))
file("value_of_the_input", model([node("Relu", ["x"], ["x"]), node("Relu", ["x"])]))
file("two_weights_of_a_name", model([node("Add", ["x", "w"])], [weight("w", 1), weight("w", 1)]))
file("two_inputs_of_a_name", model([node("Relu", ["x"])], inputs=[port("x"), port("x")]))
file("undefined", model([node("Relu", ["x"], ["a"]), node("Add", ["a", "nothing"], name="sum")]))
file("undefined_in_a_branch", model([node("If", ["c"], then_branch=helper.make_graph([node("Add", ["x", "nothing"], ["a"])], "t", [], [port("a")]),
                                          else_branch=helper.make_graph([node("Relu", ["x"], ["b"])], "e", [], [port("b")]))],
                                    [numpy_helper.from_array(np.array(True), "c")]))
file("branch_hides_a_value", model([node("Relu", ["x"], ["a"]), node("Add", ["a", "i"]), node("If", ["c"], ["i"], then_branch=helper.make_graph([node("Tanh", ["x"], ["a"])], "t", [], [port("a")]),
                                                                     else_branch=helper.make_graph([node("Relu", ["x"], ["b"])], "e", [], [port("b")]))],
                                   [numpy_helper.from_array(np.array(True), "c")]))
file("terminal_colours", model([node("Add", ["x", "\x1b[31mnothing\nat all"], name="\x1b]0;owned\x07")]))

# The file as a whole.
whole = model([node("Relu", ["x"])])
empty = onnx.ModelProto(ir_version=8, opset_import=[helper.make_opsetid("", 17)])
file("no_graph", empty)
file("two_graphs", whole.SerializeToString() + b"\x3a" + bytes([len(whole.graph.SerializeToString())]) + whole.graph.SerializeToString())
file("no_opset", model([node("Relu", ["x"])], opsets=()))
file("opset_10", model([node("Relu", ["x"])], opsets=[("", 10)]))
file("opset_21", model([node("Relu", ["x"])], opsets=[("", 21)]))
file("two_opsets", model([node("Relu", ["x"])], opsets=[("", 17), ("ai.onnx", 18)]))
file("behind_the_end", whole.SerializeToString() + b"\x0b")
file("name_is_no_text", whole.SerializeToString().replace(b"Relu", b"Re\xff\xfe"))

# Ports.
file("no_input", model([node("Relu", ["w"])], [weight("w", 1)], inputs=[]))
file("second_input", model([node("Add", ["x", "mask"])], inputs=[port("x"), port("mask")]))
file("input_of_integers", model([node("Cast", ["x"], to=1)], inputs=[port("x", kind=TensorProto.UINT8)]))
file("input_of_negative_extent", model([node("Relu", ["x"])], inputs=[port("x", [1, 3, -4, 8, 8])]))
file("no_output", model([node("Relu", ["x"])], outputs=[]))
file("output_of_nobody", model([node("Relu", ["x"], ["z"])]))
file("output_is_constant", model([node("Shape", ["x"], ["s"]), node("Cast", ["s"], to=1)]))
file("output_of_integers", model([node("ArgMax", ["x"], axis=1)]))
file("output_is_empty", model([node("Slice", ["x", "s", "e"])], [integers("s", 2), integers("e", 2)]))

# Operators.
file("unknown_operator", model([node("Relu", ["x"], ["a"]), node("FancyAttention", ["a"], name="block.3")]))
file("unknown_domain", model([node("FusedMatMul", ["x", "x"], domain="com.microsoft")], opsets=[("", 17), ("com.microsoft", 1)]))
file("loop", model([node("Loop", ["n", "", "x"], body=helper.make_graph([node("Relu", ["v"], ["u"]), node("Identity", ["k"], ["c"])], "b", [
    port("i", [], TensorProto.INT64), port("k", [], TensorProto.BOOL), port("v")], [port("c", [], TensorProto.BOOL), port("u")]))], [integers("n", 3)]))
file("training_batch_norm", model([node("BatchNormalization", ["x", "s", "s", "s", "s"], training_mode=1)], [weight("s", 3)]))
file("training_dropout", model([node("Dropout", ["x", "r", "t"])], [numpy_helper.from_array(np.float32(0.5), "r"), numpy_helper.from_array(np.array(True), "t")]))
file("condition_of_the_clip", model([node("ReduceSum", ["x"], ["s"], keepdims=0), node("Greater", ["s", "z"], ["c"]),
                                     node("If", ["c"], then_branch=helper.make_graph([node("Relu", ["x"], ["a"])], "t", [], [port("a")]),
                                          else_branch=helper.make_graph([node("Tanh", ["x"], ["b"])], "e", [], [port("b")]))],
                                    [numpy_helper.from_array(np.float32(0), "z")]))
file("shape_of_the_clip", model([node("Cast", ["x"], ["i"], to=7), node("ReduceMax", ["i"], ["m"], keepdims=0), node("Unsqueeze", ["m", "z"], ["s"]),
                                 node("Expand", ["x", "s"])], [integers("z", 0)]))
file("attribute_twice", model([node("Softmax", ["x"], axis=1)]))
both = onnx.load_from_string(FILES["attribute_twice"])
both.graph.node[0].attribute.append(helper.make_attribute("axis", 2))
file("attribute_twice", both)
one("attribute_of_another_type", "Softmax", [], axis=1.5)
one("axis_outside", "Softmax", [], axis=5)
one("no_operand", "Add", [])

# Weights.
short = weight("w", 3, 3, 1, 1, 1)
short.raw_data = short.raw_data[:-1]
one("weight_too_short", "Conv", ["w"], [short])
long = weight("w", 3, 3, 1, 1, 1)
long.raw_data += b"\0\0\0\0"
one("weight_too_long", "Conv", ["w"], [long])
one("weight_of_fewer_values", "Add", ["w"], [TensorProto(name="w", dims=[8], data_type=1, float_data=[1, 2, 3])])
one("weight_of_complex_numbers", "Add", ["w"], [TensorProto(name="w", dims=[1], data_type=14, raw_data=bytes(8))])
one("weight_of_text", "Add", ["w"], [TensorProto(name="w", dims=[1], data_type=8, string_data=[b"?"])])
one("weight_of_many_axes", "Add", ["w"], [TensorProto(name="w", dims=[1] * 33, data_type=1, raw_data=bytes(4))])
one("weight_empty_and_huge", "Add", ["w"], [TensorProto(name="w", dims=[0, 1 << 40], data_type=1)])
one("weight_that_overflows", "Add", ["w"], [TensorProto(name="w", dims=[1 << 32, 1 << 32], data_type=1, raw_data=bytes(4))])
file("constant_too_short", model([node("Constant", [], ["w"], "table", value=short), node("Conv", ["x", "w"])]))
sparse = model([node("Add", ["x", "w"])])
sparse.graph.sparse_initializer.append(helper.make_sparse_tensor(weight("w", 1), integers("i", 0), [8]))
file("weight_sparse", sparse)


def external(**entries):
    made = TensorProto(name="w", dims=[3, 3, 1, 1, 1], data_type=1, data_location=1)
    for key, value in entries.items():
        made.external_data.add(key=key, value=value)
    return made


for name, entries in {
        "external_above": {"location": "../../../etc/passwd"}, "external_absolute": {"location": "/etc/passwd"}, "external_parent": {"location": ".."},
        "external_windows": {"location": "..\\weights.data"}, "external_nowhere": {}, "external_beside": {"location": "model.onnx.data"},
        "external_beyond": {"location": "model.onnx.data", "offset": "9223372036854775807", "length": "36"},
        "external_negative": {"location": "model.onnx.data", "offset": "-36"}, "external_other_length": {"location": "model.onnx.data", "length": "40"}}.items():
    one(name, "Conv", ["w"], [external(**entries)])

# Shapes that do not fit.
one("conv_channels", "Conv", ["w"], [weight("w", 2, 4, 1, 1, 1)], name="stem")
one("conv_kernel_shape", "Conv", ["w"], [weight("w", 2, 3, 1, 3, 3)], kernel_shape=[1, 5, 5])
one("conv_axes", "Conv", ["w"], [weight("w", 2, 3, 3, 3)])
one("conv_groups", "Conv", ["w"], [weight("w", 2, 3, 1, 1, 1)], group=2)
one("conv_no_groups", "Conv", ["w"], [weight("w", 2, 3, 1, 1, 1)], group=0)
one("conv_many_groups", "Conv", ["w"], [weight("w", 2, 3, 1, 1, 1)], group=1 << 60)
one("conv_strides", "Conv", ["w"], [weight("w", 2, 3, 1, 1, 1)], strides=[1, 0, 1])
one("conv_negative_pads", "Conv", ["w"], [weight("w", 2, 3, 1, 1, 1)], pads=[0, 0, 0, 0, 0, -1])
one("conv_large_kernel", "Conv", ["w"], [weight("w", 2, 3, 5, 1, 1)])
one("conv_dilation", "Conv", ["w"], [weight("w", 2, 3, 3, 1, 1)], dilations=[1 << 62, 1, 1])
one("conv_bias", "Conv", ["w", "b"], [weight("w", 2, 3, 1, 1, 1), weight("b", 3)])
one("conv_empty_weight", "Conv", ["w"], [weight("w", 0, 3, 1, 1, 1)])
one("transposed_channels", "ConvTranspose", ["w"], [weight("w", 2, 3, 1, 1, 1)])
one("transposed_padding", "ConvTranspose", ["w"], [weight("w", 3, 2, 1, 1, 1)], pads=[9, 0, 0, 9, 0, 0])
one("pool_padding", "MaxPool", [], kernel_shape=[1, 2, 2], pads=[0, 2, 2, 0, 2, 2])
one("pool_without_kernel", "AveragePool", [])
one("batch_norm_parameters", "BatchNormalization", ["s", "s", "s", "m"], [weight("s", 3), weight("m", 4)])
one("layer_norm_parameters", "LayerNormalization", ["s"], [weight("s", 7)])
one("group_norm_groups", "GroupNormalization", ["s", "s"], [weight("s", 2)], num_groups=2)
FILES["group_norm_groups"] = FILES["group_norm_groups"].replace(b"\x10\x11", b"\x10\x12")  # opset 18
one("matmul_inner", "MatMul", ["w"], [weight("w", 7, 2)])
one("gemm_axes", "Gemm", ["w"], [weight("w", 8, 2)])
one("add_repeated", "Add", ["w"], [weight("w", 7)])
one("add_of_integers", "Add", ["w"], [integers("w", 1)])
one("concat_extents", "Concat", ["w"], [weight("w", 1, 3, 4, 8, 7)], axis=1)
one("reshape_count", "Reshape", ["s"], [integers("s", 7, -1)])
one("reshape_two_open", "Reshape", ["s"], [integers("s", -1, -1)])
one("reshape_overflow", "Reshape", ["s"], [integers("s", 1 << 40, 1 << 40, -1)])
one("transpose_axes", "Transpose", [], perm=[0, 1, 1, 3, 4])
one("squeeze_extent", "Squeeze", ["a"], [integers("a", 1)])
one("split_sizes", "Split", ["s"], [integers("s", 1, 1)], axis=1, outputs=["y", "z"])
one("slice_step", "Slice", ["s", "s", "s", "z"], [integers("s", 0), integers("z", 0)])
one("slice_axes_twice", "Slice", ["s", "s", "s"], [integers("s", 1, 1)])
one("gather_index", "Gather", ["i"], [integers("i", 3)], axis=1)
one("gather_real_index", "GatherElements", ["w"], [weight("w", 1, 3, 4, 8, 8)])
one("scatter_index", "ScatterND", ["i", "u"], [integers("i", 1), weight("u", 3, 4, 8, 8)])
one("einsum_axes", "Einsum", [], equation="ab->a")
one("einsum_stray_dot", "Einsum", [], equation="ab.cde->a")
one("einsum_unknown_axis", "Einsum", [], equation="abcde->z")
one("topk_too_many", "TopK", ["k"], [integers("k", 9)], outputs=["y", "i"])
one("lstm_weights", "LSTM", ["w", "w"], [weight("w", 1, 4, 1)], outputs=["y"], hidden_size=1)
one("resize_mode", "Resize", ["", "", "s"], [integers("s", 1, 3, 4, 8, 9)], mode="lanczos")

# Bombs: small files that ask for much.
one("bomb_expand", "Expand", ["s"], [integers("s", 1 << 40, 1, 1, 1, 1, 1)])
one("bomb_expand_overflow", "Expand", ["s"], [integers("s", *[1 << 20] * 6, 1, 1, 1, 1, 1)])
file("bomb_expand_constant", model([node("Expand", ["w", "s"], ["a"]), node("Add", ["x", "a"])], [weight("w", 1), integers("s", 1 << 29)]))
one("bomb_expand_axes", "Expand", ["s"], [integers("s", *[1] * 40)])
one("bomb_tile", "Tile", ["r"], [integers("r", 1, 1 << 20, 1 << 20, 1, 1)])
one("bomb_pad", "Pad", ["p"], [integers("p", 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 << 39)])
one("bomb_pad_edge", "Pad", ["p"], [integers("p", 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 << 39)], mode="edge")
one("bomb_pad_overflow", "Pad", ["p"], [integers("p", 0, 0, 0, 0, 0, 0, 0, 0, 0, (1 << 63) - 1)])
file("bomb_constant_of_shape", model([node("ConstantOfShape", ["s"], ["a"]), node("Add", ["x", "a"])], [integers("s", 1 << 40)]))
file("bomb_range", model([node("Range", ["a", "b", "c"], ["r"]), node("Cast", ["r"], ["f"], to=1), node("Add", ["x", "f"])],
                         [numpy_helper.from_array(np.int64(v), n) for n, v in [("a", 0), ("b", 1 << 61), ("c", 1)]]))
file("bomb_range_of_numbers", model([node("Range", ["a", "b", "c"], ["r"]), node("Add", ["x", "r"])],
                                    [numpy_helper.from_array(np.float32(v), n) for n, v in [("a", 0), ("b", 1e30), ("c", 1e-30)]]))
file("bomb_one_hot", model([node("OneHot", ["i", "d", "v"], ["o"]), node("Add", ["x", "o"])],
                           [integers("i", 0), numpy_helper.from_array(np.int64(1 << 40), "d"), weight("v", 2)]))
one("bomb_resize", "Resize", ["", "s"], [numpy_helper.from_array(np.full(5, 4000, np.float32), "s")])
one("bomb_resize_sizes", "Resize", ["", "", "s"], [integers("s", 1, 3, 4, 8, 1 << 40)])
one("bomb_transposed", "ConvTranspose", ["w"], [weight("w", 3, 2, 1, 1, 1)], strides=[1 << 20] * 3)
one("bomb_conv_padding", "Conv", ["w"], [weight("w", 2, 3, 1, 1, 1)], pads=[1 << 20] * 6)
one("bomb_pool_window", "AveragePool", [], kernel_shape=[1 << 20] * 3, pads=[(1 << 20) - 1] * 6)
one("bomb_split", "Split", [], axis=1, num_outputs=1 << 30)
one("bomb_unsqueeze", "Unsqueeze", ["a"], [integers("a", *range(40))])
one("bomb_einsum", "Einsum", ["x", "x", "x"], equation="abcde,fghij,klmno,pqrst->abcdefghijklmnopqrst")
file("bomb_doubling", model([node("Concat", [f"a{i}" if i else "x"] * 2, [f"a{i + 1}" if i < 63 else "y"], f"double{i}", axis=1) for i in range(64)]))
file("bomb_doubling_constant", model([node("Concat", [f"a{i}" if i else "w"] * 2, [f"a{i + 1}"], axis=0) for i in range(40)] + [node("Add", ["x", "a40"])],
                                     [weight("w", 8)]))
file("bomb_integers", model([node("ConstantOfShape", ["s"], ["a"], value=helper.make_tensor("v", TensorProto.INT64, [1], [1]))] +
                            [node("Add", [f"a{i}" if i else "a", "a"], [f"a{i + 1}"]) for i in range(200)] +
                            [node("Cast", ["a200"], ["f"], to=1), node("ReduceSum", ["f"], ["t"], keepdims=0), node("Add", ["x", "t"])], [integers("s", 1 << 23)]))
file("bomb_products_at_load", model([node("ConstantOfShape", ["s"], ["a"])] + [node("MatMul", [f"a{i}" if i else "a", "a"], [f"a{i + 1}"]) for i in range(50)] +
                                    [node("ReduceSum", ["a50"], ["t"], keepdims=0), node("Add", ["x", "t"])], [integers("s", 4096, 4096)]))
file("bomb_steps", model([node("LSTM", [f"h{i}" if i else "s", "w", "w"], [f"a{i + 1}"], hidden_size=1) if step == 0 else
                          node("Squeeze", [f"a{i + 1}", "one"], [f"h{i + 1}"]) for i in range(60) for step in range(2)] +
                         [node("ReduceSum", ["h60"], ["t"], keepdims=0), node("Identity", ["t"], ["y"])],
                         [weight("w", 1, 4, 1), integers("one", 1)], inputs=[port("s", [4096, 1, 1])]))
file("bomb_operations", model([node("ConstantOfShape", ["s"], ["w"])] +
                              [node("Conv", [f"a{i}" if i else "x", "w"], [f"a{i + 1}"], pads=[1023] * 4) for i in range(3)] + [node("Relu", ["a3"])],
                              [integers("s", 1, 1, 2047, 2047)], inputs=[port("x", [1, 1, 16384, 16384])]))


SMALL = [1, 2, 2, 4, 4]


def corpus():
    """Networks that are taken."""
    convolutions = [
        node("Conv", ["x", "w"], ["a"], pads=[0, 1, 1, 0, 1, 1]), node("BatchNormalization", ["a", "s", "s", "m", "s"], ["b"]), node("Relu", ["b"], ["c"]),
        node("MaxPool", ["c"], ["d"], kernel_shape=[1, 2, 2], strides=[1, 2, 2]), node("ReduceMean", ["d"], ["e"], axes=[2, 3, 4], keepdims=0),
        node("Gemm", ["e", "v"])]
    attention = [
        node("Reshape", ["x", "r"], ["a"]), node("Transpose", ["a"], ["b"], perm=[0, 2, 1]), node("MatMul", ["a", "b"], ["c"]), node("Softmax", ["c"], ["d"]),
        node("Einsum", ["d", "a"], ["e"], equation="bij,bjk->bik"), node("LayerNormalization", ["e", "n"])]
    places = [
        node("Shape", ["x"], ["s"]), node("Gather", ["s", "one"], ["c"]), node("Range", ["zero", "c", "step"], ["i"]), node("Equal", ["c", "c"], ["t"]),
        node("If", ["t"], ["a"], then_branch=helper.make_graph([node("Gather", ["x", "i"], ["p"], axis=1)], "t", [], [port("p")]),
             else_branch=helper.make_graph([node("Relu", ["x"], ["q"])], "e", [], [port("q")])),
        node("Slice", ["a", "z", "o", "o"], ["b"]), node("TopK", ["b", "o"], ["u", "j"], axis=4), node("ScatterElements", ["b", "j", "u"], axis=4)]
    recurrent = [node("Reshape", ["x", "r"], ["a"]), node("GRU", ["a", "w", "v"], ["b"], hidden_size=1, linear_before_reset=1), node("CumSum", ["b", "zero"])]
    scalars = [numpy_helper.from_array(np.int64(value), name) for name, value in [("zero", 0), ("one", 1), ("step", 1)]]
    return {
        "convolutions": model(convolutions, [weight("w", 2, 2, 1, 3, 3), weight("s", 2), weight("m", 2), weight("v", 2, 2)], [port("x", SMALL)]),
        "attention": model(attention, [integers("r", 1, 4, 16), weight("n", 16)], [port("x", SMALL)]),
        "places": model(places, scalars + [integers("z", 0), integers("o", 1)], [port("x", SMALL)]),
        # Found by fuzzing: the step times the stride overflowed.
        "step_behind_one_element": model([node("Slice", ["x", "z", "e", "a", "t"], ["b"]), node("Exp", ["b"])], [
            integers("z", 0), integers("e", 1), integers("a", 1), integers("t", 1 << 60)], [port("x", SMALL)]),
        # The network of GraphNetworkTests that takes one channel.
        "one_channel": model([node("Conv", ["x", "w"])], [weight("w", 1, 1, 2, 4, 4)], [port("x", [1, 1, 2, 4, 4])]),
        "recurrent": model(recurrent, [scalars[0], integers("r", 4, 1, 16), weight("w", 1, 3, 16), weight("v", 1, 3, 1)], [port("x", SMALL)])}


def main():
    for directory, files in [(sys.argv[1], FILES), (sys.argv[2], {name: made.SerializeToString() for name, made in corpus().items()})]:
        os.makedirs(directory, exist_ok=True)
        for name, content in files.items():
            with open(os.path.join(directory, f"{name}.onnx"), "wb") as out:
                out.write(content)
        print(len(files), "files,", sum(map(len, files.values())), "bytes")


if __name__ == "__main__":
    main()
