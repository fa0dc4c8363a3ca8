#!/usr/bin/env python3
"""Writes Tests/Fixtures/onnx/operators.json: every operator by itself, in the settings that networks use, with its value and gradient.

    onnx_operators.py FILE        made with Python 3.11, onnx 1.23, onnxruntime 1.32

Values are those of the ONNX project's own reference evaluator in double precision. Gradients are of Σ g·y with the g that each case states, by central
differences of the same evaluator. ONNX Runtime in single precision has to agree with the values.
"""
import base64
import json
import math
import sys

import numpy as np
import onnx
import onnx.parser
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun

GENERATOR = np.random.default_rng(20)
CASES = []


class Erf(OpRun):
    """The evaluator's own goes through float32."""

    def _run(self, x):
        return (np.vectorize(math.erf, otypes=[np.float64])(x),)


def rand(*shape, low=-1.0, high=1.0):
    return GENERATOR.uniform(low, high, shape).astype(np.float32).astype(np.float64)


def case(operator, name, body, x=(2, 3, 4), opset=17, low=-2.0, high=2.0, like=None, step=1e-5, even=False, **weights):
    """The nodes of `body` take x and the weights (arrays, or lists of integers) and give y. `like`: other nodes that do the same, for
    the reference evaluator where it is wrong about the operator. `step` of the differences: larger where the evaluator goes through float32. `even`: x in even
    steps, none of them close to zero."""
    CASES.append(dict(operator=operator, name=name, body=body, shape=x, opset=opset, low=low, high=high, like=like, step=step, even=even,
                      weights=weights))


def model(case, double, body):
    real = "double" if double else "float"
    body = body.replace("REAL", str(TensorProto.DOUBLE if double else TensorProto.FLOAT)).replace("FLOAT", real)
    extents = ",".join(map(str, case["shape"]))
    text = f'<ir_version: 8, opset_import: ["": {case["opset"]}]> graph ({real}[{extents}] x) => ({real} y) {{ {body} }}'
    made = onnx.parser.parse_model(text)
    made.graph.output[0].type.tensor_type.ClearField("shape")
    for name, value in case["weights"].items():
        array = np.asarray(value)
        if array.dtype.kind == "f":
            array = array.astype(np.float64 if double else np.float32)
        elif array.dtype != bool:
            array = array.astype(np.int64)
        made.graph.initializer.append(numpy_helper.from_array(array, name))
    return made


# One operand.
for name in ["Abs", "Ceil", "Cos", "Erf", "Exp", "Floor", "HardSwish", "Neg", "Relu", "Round", "Sigmoid", "Sign",
             "Sin", "Softplus", "Softsign", "Tanh"]:
    steps = name in ("Ceil", "Floor", "Round", "Sign")
    case(name, name, f"a = {name}(x) y = Mul(a, x)" if steps else f"y = {name}(x)")
for name in ["Log", "Reciprocal", "Sqrt"]:
    case(name, name, f"y = {name}(x)", low=0.3)
case("Identity", "Identity", "a = Identity(x) y = Exp(a)")
case("Celu", "Celu", "y = Celu<alpha=1.5>(x)")
case("Elu", "Elu", "y = Elu<alpha=1.5>(x)")
case("Gelu", "Gelu exact", "y = Gelu(x)", opset=20,
     like="c = Constant<value_float=1.41421356>() r = Cast<to=REAL>(c) a = Div(x, r) b = Erf(a) d = Mul(b, x) e = Add(d, x) o = Constant<value_float=0.5>() "
          "h = Cast<to=REAL>(o) y = Mul(e, h)")
case("Gelu", "Gelu tanh", 'y = Gelu<approximate="tanh">(x)', opset=20)
case("HardSigmoid", "HardSigmoid", "y = HardSigmoid<alpha=0.3, beta=0.4>(x)")
case("LeakyRelu", "LeakyRelu", "y = LeakyRelu<alpha=0.2>(x)")
case("Mish", "Mish", "y = Mish(x)", opset=18)
case("PRelu", "PRelu by channel", "y = PRelu(x, s)", s=rand(3, 1))
case("PRelu", "PRelu of one slope", "y = PRelu(x, s)", s=rand(1))
case("Selu", "Selu", "y = Selu(x)")
case("Clip", "Clip", "y = Clip(x, a, b)", a=np.array(-0.7), b=np.array(0.9))
case("Clip", "Clip from below", "y = Clip(x, a)", a=np.array(-0.7))
case("Clip", "Clip from above", "y = Clip(x, , b)", b=np.array(0.7))
case("Dropout", "Dropout", "a, m = Dropout(x, r) y = Exp(a)", r=np.array(0.5))
case("Dropout", "Dropout with its mask", "a, m = Dropout(x) b = Where(m, a, x) y = Mul(b, x)")

# Several.
case("Add", "Add, repeated", "y = Add(x, w)", w=rand(3, 1))
case("Sub", "Sub, repeated to more axes", "y = Sub(w, x)", w=rand(2, 2, 1, 4))
case("Mul", "Mul of two results", "a = Sigmoid(x) y = Mul(a, x)")
case("Div", "Div by a result", "a = Exp(x) y = Div(w, a)", w=rand(3, 4))
case("Div", "Div of integers", "a = Div(i, j) b = Cast<to=REAL>(a) y = Mul(x, b)", i=[7, -7, 9, -9], j=[2, 2, -4, 4])
case("Pow", "Pow by a constant", "y = Pow(x, p)", p=np.array(3.0))
case("Pow", "Pow by an array of integers", "y = Pow(x, p)", low=0.3, p=[1, 2, 3, 0])
case("Max", "Max of three", "y = Max(x, a, b)", a=rand(4), b=rand(3, 1))
case("Min", "Min of a result", "a = Neg(x) y = Min(x, a, b)", b=rand(4))
case("Mean", "Mean", "a = Tanh(x) y = Mean(x, a, w)", w=rand(4))
case("Sum", "Sum", "a = Tanh(x) y = Sum(x, a, w)", w=rand(4))
case("Mod", "Mod of integers", "a = Mod(i, j) b = Cast<to=REAL>(a) y = Mul(x, b)", i=[7, -7, 7, -7], j=[3, 3, -3, -3])
case("Mod", "Mod of numbers", "y = Mod<fmod=1>(x, w)", w=np.array(0.7))
for name in ["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"]:
    body = (f"r = Round(x) c = {name}(r, w)" if name == "Equal" else f"c = {name}(x, w)") + " a = Exp(x) y = Where(c, a, x)"
    case(name, name, body, w=np.round(rand(3, 1)) if name == "Equal" else rand(3, 1))
case("And", "And", "a = Greater(x, w) b = Less(x, v) c = And(a, b) d = Exp(x) y = Where(c, d, x)", w=np.array(-1.0), v=np.array(1.0))
case("Or", "Or", "a = Less(x, w) b = Greater(x, v) c = Or(a, b) d = Exp(x) y = Where(c, d, x)", w=np.array(-1.0), v=np.array(1.0))
case("Xor", "Xor", "a = Greater(x, w) b = Greater(x, v) c = Xor(a, b) d = Exp(x) y = Where(c, d, x)", w=np.array(-1.0), v=np.array(1.0))
case("Not", "Not", "a = Greater(x, w) c = Not(a) d = Exp(x) y = Where(c, d, x)", w=np.array(0.0))
case("IsNaN", "IsNaN", "a = Log(x) c = IsNaN(a) y = Where(c, x, a)", even=True)
case("IsInf", "IsInf", "a = Relu(x) b = Log(a) c = IsInf(b) y = Where(c, x, b)", even=True)
case("Where", "Where, repeated", "y = Where(c, x, w)", c=np.array([True, False, True, False]), w=rand(3, 1))

# Windows.
clip = (1, 4, 4, 6, 7)
case("Conv", "Conv of clips", "y = Conv<strides=[1,2,2], pads=[1,1,1,1,1,1]>(x, w, b)", x=clip, w=rand(3, 4, 3, 3, 3), b=rand(3))
case("Conv", "Conv in groups, dilated", "y = Conv<group=2, dilations=[1,2,2], pads=[0,2,2,0,2,2]>(x, w)", x=clip, w=rand(6, 2, 1, 3, 3))
case("Conv", "Conv by channel", "y = Conv<group=4, pads=[1,1,1,1,1,1]>(x, w)", x=clip, w=rand(4, 1, 3, 3, 3))
case("Conv", "Conv of images, SAME_UPPER", 'y = Conv<auto_pad="SAME_UPPER", strides=[2,2]>(x, w, b)', x=(2, 3, 6, 7), w=rand(2, 3, 3, 2), b=rand(2))
case("Conv", "Conv of images, SAME_LOWER", 'y = Conv<auto_pad="SAME_LOWER", strides=[2,2]>(x, w)', x=(2, 3, 6, 7), w=rand(2, 3, 3, 2))
case("Conv", "Conv of series, VALID", 'y = Conv<auto_pad="VALID", kernel_shape=[3]>(x, w)', x=(2, 3, 8), w=rand(2, 3, 3))
case("Conv", "Conv padded unevenly", "y = Conv<pads=[0,1,2,1,0,1]>(x, w)", x=clip, w=rand(2, 4, 2, 2, 3))
case("ConvTranspose", "ConvTranspose of clips", "y = ConvTranspose<strides=[1,2,2], pads=[0,1,1,0,1,1], output_padding=[0,1,1]>(x, w, b)",
     x=(1, 4, 2, 3, 4), w=rand(4, 3, 1, 3, 3), b=rand(3))
case("ConvTranspose", "ConvTranspose in groups", "y = ConvTranspose<group=2, strides=[2,2]>(x, w)", x=(1, 4, 3, 4), w=rand(4, 2, 2, 2),
     like="a, b = Split<axis=1>(x) c, d = Split<axis=0>(w) e = ConvTranspose<strides=[2,2]>(a, c) f = ConvTranspose<strides=[2,2]>(b, d) y = Concat<axis=1>(e, f)")
case("MaxPool", "MaxPool", "y = MaxPool<kernel_shape=[1,3,3], strides=[1,2,2], pads=[0,1,1,0,1,1]>(x)", x=clip)
case("MaxPool", "MaxPool, ceil_mode", "y = MaxPool<kernel_shape=[2,2], strides=[2,2], ceil_mode=1>(x)", x=(1, 2, 5, 7))
case("MaxPool", "MaxPool dilated", "y = MaxPool<kernel_shape=[2,2], dilations=[2,2]>(x)", x=(1, 2, 5, 7))
case("MaxPool", "MaxPool padded unevenly", "y = MaxPool<kernel_shape=[2,2], pads=[0,1,1,0]>(x)", x=(1, 2, 5, 7))
case("AveragePool", "AveragePool", "y = AveragePool<kernel_shape=[2,3,3], strides=[1,2,2], pads=[1,1,1,1,1,1]>(x)", x=clip)
case("AveragePool", "AveragePool, padding counts", "y = AveragePool<kernel_shape=[3,3], pads=[1,1,1,1], count_include_pad=1>(x)", x=(1, 2, 5, 6))
case("AveragePool", "AveragePool, ceil_mode", "y = AveragePool<kernel_shape=[2,2], strides=[2,2], ceil_mode=1>(x)", x=(1, 2, 5, 7), opset=19)
case("AveragePool", "AveragePool padded unevenly", "y = AveragePool<kernel_shape=[2,2], pads=[0,1,1,0]>(x)", x=(1, 2, 5, 7))
case("GlobalAveragePool", "GlobalAveragePool", "y = GlobalAveragePool(x)", x=clip)
case("GlobalMaxPool", "GlobalMaxPool", "y = GlobalMaxPool(x)", x=clip, like="y = ReduceMax<axes=[2,3,4]>(x)")

# Normalisation.
case("BatchNormalization", "BatchNormalization", "y = BatchNormalization<epsilon=0.01>(x, s, b, m, v)", x=(2, 3, 4, 5), s=rand(3), b=rand(3),
     m=rand(3), v=rand(3, low=0.5))
case("InstanceNormalization", "InstanceNormalization", "y = InstanceNormalization<epsilon=0.01>(x, s, b)", x=(2, 3, 4, 5), s=rand(3), b=rand(3))
case("GroupNormalization", "GroupNormalization by group", "y = GroupNormalization<epsilon=0.01, num_groups=2>(x, s, b)", x=(2, 4, 3, 5), opset=18,
     s=rand(2), b=rand(2))
case("LayerNormalization", "LayerNormalization", "y = LayerNormalization<axis=-1, epsilon=0.01>(x, s, b)", x=(2, 3, 8), s=rand(8), b=rand(8))
case("LayerNormalization", "LayerNormalization over two axes without a shift", "y = LayerNormalization<axis=1>(x, s)", s=rand(3, 4))
case("Softmax", "Softmax", "y = Softmax<axis=1>(x)")
case("Softmax", "Softmax of version 11, all axes from one on", "y = Softmax<axis=1>(x)", opset=11,
     like="a = Flatten<axis=1>(x) b = Softmax<axis=-1>(a) s = Shape(x) y = Reshape(b, s)")
case("LogSoftmax", "LogSoftmax", "y = LogSoftmax<axis=-1>(x)")

# Products.
case("MatMul", "MatMul", "y = MatMul(x, w)", w=rand(4, 5))
case("MatMul", "MatMul of stacks, repeated", "a = Transpose<perm=[0,2,1]>(x) b = Unsqueeze(a, i) y = MatMul(w, b)", i=[1], w=rand(2, 5, 4))
case("MatMul", "MatMul of two results", "a = Tanh(x) b = Transpose<perm=[0,2,1]>(a) y = MatMul(x, b)")
case("MatMul", "MatMul with a vector", "y = MatMul(x, w)", w=rand(4))
case("Gemm", "Gemm", "y = Gemm<alpha=0.5, beta=2.0, transB=1>(x, w, c)", x=(3, 4), w=rand(5, 4), c=rand(5))
case("Gemm", "Gemm, transposed", "y = Gemm<transA=1>(x, w)", x=(4, 3), w=rand(4, 5))
for equation, shapes in [("bij,jk->bik", [(4, 5)]), ("bhqd,bhkd->bhqk", [(2, 3, 6, 5)]), ("bhqd,qkd->bhqk", [(4, 7, 5)]), ("...i,ij->...j", [(4, 3)]),
                         ("ijk->ik", []), ("ijk,ljk->il", [(5, 3, 4)]), ("i,j->ij", [(3,)])]:
    rank = {"b": 3}.get(equation[0], 3)
    x = (2, 3, 4, 5) if "q" in equation else (4,) if equation == "i,j->ij" else (2, 3, 4)
    names = ["w", "v"][:len(shapes)]
    case("Einsum", f"Einsum {equation}", f'y = Einsum<equation="{equation}">({", ".join(["x"] + names)})', x=x, **dict(zip(names, [rand(*s) for s in shapes])))

# Reductions.
for name in ["ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare"]:
    low = 0.3 if name == "ReduceLogSum" else -2.0
    old = 13 if name == "ReduceSum" else 17
    case(name, f"{name}, axes as an attribute", f"y = {name}<axes=[1,-1], keepdims=0>(x)", opset=11 if name == "ReduceSum" else 13, low=low)
    case(name, f"{name}, axes as an operand", f"y = {name}(x, a)", opset=13 if name == "ReduceSum" else 18, low=low, a=[1])
    case(name, f"{name} of everything", f"y = {name}<keepdims=0>(x)", low=low)
case("ArgMax", "ArgMax into a factor", "a = ArgMax<axis=-1>(x) b = Cast<to=REAL>(a) y = Mul(x, b)")
case("ArgMin", "ArgMin into a factor", "a = ArgMin<axis=0, keepdims=1>(x) b = Cast<to=REAL>(a) y = Mul(x, b)")
case("CumSum", "CumSum", "y = CumSum(x, a)", a=np.array(1))
case("CumSum", "CumSum from the end, exclusive", "y = CumSum<exclusive=1, reverse=1>(x, a)", a=np.array(-1))
case("TopK", "TopK", "y, i = TopK<axis=1>(x, k)", k=[2])
case("TopK", "TopK of the least, with indices", "v, i = TopK<axis=-1, largest=0>(x, k) j = Cast<to=REAL>(i) y = Mul(v, j)", k=[3])

# Shapes and places.
case("Reshape", "Reshape with 0 and -1", "y = Reshape(x, s)", s=[0, -1, 2])
case("Flatten", "Flatten", "y = Flatten<axis=2>(x)")
case("Transpose", "Transpose", "y = Transpose<perm=[2,0,1]>(x)")
case("Transpose", "Transpose backwards", "y = Transpose(x)")
case("Squeeze", "Squeeze, axes as an operand", "y = Squeeze(x, a)", x=(2, 1, 3, 1), a=[1, -1])
case("Squeeze", "Squeeze, axes as an attribute", "y = Squeeze<axes=[1]>(x)", x=(2, 1, 3), opset=11)
case("Squeeze", "Squeeze of all", "y = Squeeze(x)", x=(2, 1, 3, 1))
case("Unsqueeze", "Unsqueeze", "y = Unsqueeze(x, a)", a=[0, -1])
case("Concat", "Concat", "a = Tanh(x) y = Concat<axis=-2>(x, w, a)", w=rand(2, 5, 4))
case("Split", "Split into sizes", "a, b = Split<axis=1>(x, s) c = ReduceSum(a, z) y = Mul(b, c)", s=[1, 2], z=[1])
case("Split", "Split into equal parts", "a, b = Split<axis=-1>(x) y = Sub(a, b)")
case("Split", "Split into a number of parts", "a, b = Split<axis=1, num_outputs=2>(x) c = Exp(b) y = Add(a, c)", opset=18)
case("Slice", "Slice", "y = Slice(x, s, e, a, t)", s=[-1, 0], e=[-100, 3], a=[1, 2], t=[-2, 2])
case("Gather", "Gather", "y = Gather<axis=1>(x, i)", i=[[2, 0], [-1, 2]])
case("Gather", "Gather of one", "y = Gather<axis=-1>(x, i)", i=np.array(1))
case("Gather", "Gather by indices of the clip", "a = ArgMax<axis=1, keepdims=0>(x) b = ReduceMax<axes=[0,1], keepdims=0>(a) y = Gather<axis=1>(x, b)")
case("GatherElements", "GatherElements", "y = GatherElements<axis=1>(x, i)", i=[[[0, 2, 1, 0], [1, 1, -1, 2]], [[1, 0, 0, 2], [2, -3, 1, 0]]])
case("GatherND", "GatherND", "y = GatherND(x, i)", i=[[0, 1], [1, -1]])
case("GatherND", "GatherND in batches", "y = GatherND<batch_dims=1>(x, i)", i=[[[1]], [[2]]])
case("ScatterElements", "ScatterElements", "a = Slice(x, s, e, z) b = Exp(a) y = ScatterElements<axis=1>(x, i, b)", i=np.array([[[2, 0, 1, 0]], [[1, 1, 2, 0]]]),
     s=[0], e=[1], z=[1])
case("ScatterND", "ScatterND", "a = Gather<axis=0>(x, g) b = Exp(a) y = ScatterND(x, i, b)", g=[1], i=[[0]])
case("ScatterND", "ScatterND, rows in the middle", "a = Slice(x, s, e) b = Exp(a) y = ScatterND(x, i, b)", x=(5, 2, 3), s=[2], e=[4], i=[[1], [2]])
case("ScatterND", "ScatterND, rows in another order", "b = Exp(x) y = ScatterND(x, i, b)", i=[[1], [-2]])
case("ScatterND", "ScatterND, single values", "a = Gather<axis=0>(x, g) b = Exp(a) y = ScatterND(x, i, b)", x=(4, 3), g=[1], i=[[[0, 1], [3, 2], [-1, 0]]])
case("ScatterND", "ScatterND, added", 'a = Gather<axis=0>(x, g) b = Exp(a) y = ScatterND<reduction="add">(x, i, b)', g=[1, 0], i=[[0], [0]], opset=18)
case("Expand", "Expand, both ways", "y = Expand(x, s)", x=(2, 1, 4), s=[5, 1, 3, 1])
case("Tile", "Tile", "y = Tile(x, r)", r=[1, 2, 3])
case("Pad", "Pad with a constant", "y = Pad(x, p, v)", p=[0, 1, 2, 1, 0, 1], v=np.array(0.5))
case("Pad", "Pad, reflected", 'y = Pad<mode="reflect">(x, p)', p=[0, 2, 1, 0, 1, 3])
case("Pad", "Pad with the edge", 'y = Pad<mode="edge">(x, p)', p=[0, 2, 1, 0, 1, 3])
case("Pad", "Pad of named axes", "y = Pad(x, p, , a)", p=[1, 2], a=[-1], opset=18)
case("Pad", "Pad that cuts", "y = Pad(x, p)", p=[0, -1, 1, 0, 0, -2],
     like="b = Constant<value_ints=[1,0]>() e = Constant<value_ints=[3,2]>() a = Constant<value_ints=[1,2]>() c = Slice(x, b, e, a) q = Constant<value_ints=[0,0,1,0,0,0]>() y = Pad(c, q)")
for mode, coordinates, rounding in [("nearest", "asymmetric", "floor"), ("nearest", "half_pixel", "round_prefer_floor"), ("linear", "half_pixel", ""),
                                    ("linear", "align_corners", ""), ("linear", "pytorch_half_pixel", ""), ("cubic", "half_pixel", ""), ("linear", "asymmetric", "")]:
    extra = f', nearest_mode="{rounding}"' if rounding else ""
    case("Resize", f"Resize {mode}, {coordinates}, to sizes", f'y = Resize<mode="{mode}", coordinate_transformation_mode="{coordinates}"{extra}>(x, , , s)',
         x=(1, 2, 5, 4), s=[1, 2, 8, 7])
    case("Resize", f"Resize {mode}, {coordinates}, by scales", f'y = Resize<mode="{mode}", coordinate_transformation_mode="{coordinates}"{extra}>(x, , c)',
         x=(1, 2, 6, 4), c=np.array([1.0, 1.0, 0.5, 2.0]))
case("GridSample", "GridSample, zeros around", "y = GridSample<align_corners=1>(x, g)", x=(1, 2, 4, 5), g=rand(1, 3, 3, 2, low=-1.2, high=1.2))
case("GridSample", "GridSample, border around", 'y = GridSample<padding_mode="border">(x, g)', x=(1, 2, 4, 5), g=rand(1, 3, 3, 2, low=-1.2, high=1.2))
case("GridSample", "GridSample by the grid", 'y = GridSample<padding_mode="border", align_corners=1>(w, x)', x=(1, 3, 3, 2), low=-0.9, high=0.9, step=2e-3, w=rand(1, 2, 4, 5))
case("DepthToSpace", "DepthToSpace DCR", "y = DepthToSpace<blocksize=2>(x)", x=(1, 8, 2, 3))
case("DepthToSpace", "DepthToSpace CRD", 'y = DepthToSpace<blocksize=2, mode="CRD">(x)', x=(1, 8, 2, 3))
case("SpaceToDepth", "SpaceToDepth", "y = SpaceToDepth<blocksize=2>(x)", x=(1, 2, 4, 6))
case("Trilu", "Trilu, upper", "y = Trilu(x, k)", k=np.array(1))
case("Trilu", "Trilu, lower", "y = Trilu<upper=0>(x)")

# Constants and types.
case("Cast", "Cast of truth values", "a = Greater(x, w) b = Cast<to=REAL>(a) y = Mul(x, b)", w=np.array(0.0))
case("Cast", "Cast towards zero", "a = Cast<to=7>(x) b = Cast<to=REAL>(a) y = Mul(x, b)")
case("CastLike", "CastLike", "a = CastLike(i, x) y = Mul(x, a)", i=[1, 2, 3, 4])
case("Constant", "Constant", "a = Constant<value_floats=[1.5, 2.0, -1.0, 0.5]>() b = Cast<to=REAL>(a) y = Mul(x, b)")
case("ConstantOfShape", "ConstantOfShape", "s = Shape(x) a = ConstantOfShape<value=FLOAT[1] {2.5}>(s) y = Mul(x, a)")
case("OneHot", "OneHot", "a = OneHot<axis=1>(i, d, v) y = Add(x, a)", x=(2, 5, 3), i=[[0, 4, -1], [2, 1, 3]], d=np.array(5), v=np.array([-0.5, 2.0]))
case("Range", "Range of integers", "a = Range(i, j, k) b = Cast<to=REAL>(a) y = Mul(x, b)", i=np.array(7), j=np.array(-1), k=np.array(-2))
case("Range", "Range of numbers", "a = Range(i, j, k) y = Mul(x, a)", i=np.array(0.5), j=np.array(2.5), k=np.array(0.5))
case("Shape", "Shape, a part of it", "a = Shape<start=1>(x) b = Cast<to=REAL>(a) c = ReduceProd<keepdims=0>(b) y = Mul(x, c)")
case("Size", "Size", "a = Size(x) b = Cast<to=REAL>(a) y = Div(x, b)")
case("If", "If, the first branch", "y = If(c) <then_branch = first () => (FLOAT[2,3,4] z) { z = Exp(x) }, else_branch = second () => (FLOAT[2,3,4] v) { v = Tanh(x) }>",
     c=np.array(True))
case("If", "If by a shape", "s = Size(x) c = Greater(s, n) y = If(c) <then_branch = first () => (FLOAT[2,3,4] z) { z = Exp(x) }, "
     "else_branch = second () => (FLOAT[2,3,4] v) { u = Tanh(x) v = Mul(u, u) }>", n=np.array(100))

# Sequences.
for direction, count in [("forward", 1), ("reverse", 1), ("bidirectional", 2)]:
    case("LSTM", f"LSTM {direction}", f'y, h, c = LSTM<hidden_size=3, direction="{direction}">(x, w, r, b)', x=(4, 2, 5), w=rand(count, 12, 5), r=rand(count, 12, 3),
         b=rand(count, 24))
    for after in [0, 1]:
        case("GRU", f"GRU {direction}, reset {'after' if after else 'before'} the product", f'y, h = GRU<hidden_size=3, direction="{direction}", linear_before_reset={after}>(x, w, r, b)',
             x=(4, 2, 5), w=rand(count, 9, 5), r=rand(count, 9, 3), b=rand(count, 18))
case("LSTM", "LSTM from a state, the last cell", "a, h, y = LSTM<hidden_size=3>(x, w, r, , , s, t)", x=(4, 2, 5), w=rand(1, 12, 5), r=rand(1, 12, 3), s=rand(1, 2, 3), t=rand(1, 2, 3))

# Windows once more.
case("ConvTranspose", "ConvTranspose padded unevenly", "y = ConvTranspose<strides=[2,2], pads=[0,1,2,0], output_padding=[1,0]>(x, w, b)", x=(1, 4, 3, 4),
     w=rand(4, 3, 3, 3), b=rand(3))
case("ConvTranspose", "ConvTranspose to a shape", "y = ConvTranspose<strides=[2,2], output_shape=[6,6]>(x, w)", x=(1, 4, 3, 4), w=rand(4, 3, 3, 3),
     like="y = ConvTranspose<strides=[2,2], pads=[1,2,0,1]>(x, w)")
case("ConvTranspose", "ConvTranspose, SAME_UPPER", 'y = ConvTranspose<strides=[2,2], auto_pad="SAME_UPPER">(x, w)', x=(1, 4, 3, 4), w=rand(4, 3, 3, 3),
     like="y = ConvTranspose<strides=[2,2], pads=[0,0,1,1]>(x, w)")
case("AveragePool", "AveragePool dilated", "y = AveragePool<kernel_shape=[2,2], dilations=[2,2], pads=[1,1,1,0]>(x)", x=(1, 2, 5, 7), opset=19)
case("AveragePool", "AveragePool dilated, padding counts", "y = AveragePool<kernel_shape=[2,3], dilations=[2,1], pads=[1,1,1,1], strides=[1,2], count_include_pad=1>(x)",
     x=(1, 2, 5, 7), opset=19)


def runtime(made, x):
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(["y"], {"x": x.astype(np.float32)})[0]


def main():
    written = []
    for one in CASES:
        x = rand(*one["shape"], low=one["low"], high=one["high"])
        if one["even"]:
            x = np.linspace(-1.7, 1.9, x.size).reshape(x.shape).astype(np.float32).astype(np.float64)
        evaluator = ReferenceEvaluator(model(one, True, one["like"] or one["body"]), new_ops=[Erf])
        evaluate = lambda at: evaluator.run(["y"], {"x": at})[0]  # noqa: E731
        y = evaluate(x)
        single = model(one, False, one["body"])
        miss = np.abs(runtime(single, x) - y).max() / max(np.abs(y).max(), 1e-9)
        if miss > 1e-5:
            raise SystemExit(f"{one['name']}: ONNX Runtime gives something else, by {miss}")
        g = rand(*y.shape)
        gradient = np.zeros_like(x)
        step = one["step"]
        for place in np.ndindex(*x.shape):
            ends = []
            for sign in [1, -1]:
                moved = x.copy()
                moved[place] += sign * step
                ends.append(float((g * evaluate(moved)).sum()))
            gradient[place] = (ends[0] - ends[1]) / (2 * step)
        short = lambda a: [float(f"{v:.8g}") for v in np.asarray(a, np.float64).ravel()]  # noqa: E731
        written.append({
            "operator": one["operator"], "name": one["name"], "model": base64.b64encode(single.SerializeToString()).decode(),
            "input_shape": list(x.shape), "input": short(x), "output_shape": list(y.shape), "output": short(y), "factors": short(g),
            "gradient": short(gradient)})
    print(len(written), "cases,", len({one["operator"] for one in written}), "operators")
    with open(sys.argv[1], "w") as file:
        file.write('{"cases": [\n' + ",\n".join(json.dumps(one) for one in written) + "\n]}\n")


if __name__ == "__main__":
    main()
