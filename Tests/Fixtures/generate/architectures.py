"""Video networks as people write and export them, in the size that was published and in one that fits a test.

Used by onnx_networks.py (fixtures) and Benchmarks/onnx_networks.py (full size). Every entry of NETWORKS is a function of one argument, whether the network
is small, that gives the network and the shape of its input. Made for PyTorch 2.15 and torchvision 0.29.
"""
import math

import torch
from torch import nn
from torch.nn import functional
from torchvision.models import convnext_tiny, resnet18, resnet34, video
from torchvision.models.convnext import CNBlockConfig, ConvNeXt
from torchvision.models.resnet import BasicBlock
from torchvision.models.video.mvit import MSBlockConfig, MViT
from torchvision.models.video.s3d import SepInceptionBlock3D, TemporalSeparableConv
from torchvision.models.video.swin_transformer import SwinTransformer3d


class Block(nn.Module):
    """Pre-norm attention and perceptron."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        n, length, width = x.shape
        q, k, v = self.qkv(self.first(x)).reshape(n, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(q, k, v)
        x = x + self.out(attended.transpose(1, 2).reshape(n, length, width))
        return x + self.down(functional.gelu(self.up(self.second(x))))


class TubeletTransformer(nn.Module):
    """ViViT's first model: tubelets, a class token, attention over all of space and time."""

    def __init__(self, shape, tubelet, width, depth, heads, outputs):
        super().__init__()
        _, channels, *extents = shape
        self.embed = nn.Conv3d(channels, width, tubelet, tubelet)
        count = math.prod(extent // step for extent, step in zip(extents, tubelet))
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.place = nn.Parameter(torch.zeros(1, count + 1, width))
        self.blocks = nn.Sequential(*[Block(width, heads) for _ in range(depth)])
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, outputs)

    def forward(self, x):
        x = self.embed(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.place
        return self.head(self.norm(self.blocks(x))[:, 0])


class SqueezeExcite(nn.Module):
    def __init__(self, width):
        super().__init__()
        inner = max(8, round(width / 16))
        self.down, self.up = nn.Conv3d(width, inner, 1), nn.Conv3d(inner, width, 1)

    def forward(self, x):
        return x * torch.sigmoid(self.up(functional.relu(self.down(x.mean((2, 3, 4), keepdim=True)))))


class X3DBlock(nn.Module):
    def __init__(self, inputs, outputs, stride, squeezes):
        super().__init__()
        inner = round(2.25 * inputs) if stride == 1 else round(2.25 * outputs)
        self.enter = nn.Sequential(nn.Conv3d(inputs, inner, 1, bias=False), nn.BatchNorm3d(inner), nn.ReLU())
        self.depthwise = nn.Sequential(
            nn.Conv3d(inner, inner, 3, (1, stride, stride), 1, groups=inner, bias=False), nn.BatchNorm3d(inner))
        self.squeeze = SqueezeExcite(inner) if squeezes else nn.Identity()
        self.leave = nn.Sequential(nn.SiLU(), nn.Conv3d(inner, outputs, 1, bias=False), nn.BatchNorm3d(outputs))
        self.shortcut = nn.Identity() if stride == 1 and inputs == outputs else nn.Sequential(
            nn.Conv3d(inputs, outputs, 1, (1, stride, stride), bias=False), nn.BatchNorm3d(outputs))

    def forward(self, x):
        return functional.relu(self.shortcut(x) + self.leave(self.squeeze(self.depthwise(self.enter(x)))))


class X3D(nn.Module):
    """Feichtenhofer, "X3D" (2020): depthwise convolutions, squeeze and excite in every other block."""

    def __init__(self, widths, depths, outputs):
        super().__init__()
        first = widths[0]
        self.stem = nn.Sequential(
            nn.Conv3d(3, first, (1, 3, 3), (1, 2, 2), (0, 1, 1), bias=False),
            nn.Conv3d(first, first, (5, 1, 1), 1, (2, 0, 0), groups=first, bias=False), nn.BatchNorm3d(first), nn.ReLU())
        blocks, width = [], first
        for next_width, depth in zip(widths, depths):
            for index in range(depth):
                blocks.append(X3DBlock(width, next_width, 2 if index == 0 else 1, index % 2 == 0))
                width = next_width
        self.blocks = nn.Sequential(*blocks)
        inner = round(2.25 * width)
        self.last = nn.Sequential(nn.Conv3d(width, inner, 1, bias=False), nn.BatchNorm3d(inner), nn.ReLU())
        self.project = nn.Linear(inner, 2048 if outputs > 100 else 32, bias=False)
        self.head = nn.Linear(2048 if outputs > 100 else 32, outputs)

    def forward(self, x):
        x = self.last(self.blocks(self.stem(x))).mean((2, 3, 4))
        return self.head(functional.relu(self.project(x)))


class Bottleneck(nn.Module):
    def __init__(self, inputs, inner, outputs, stride, taps):
        super().__init__()
        def part(a, b, kernel, stride=1):
            padding = tuple(k // 2 for k in kernel)
            return [nn.Conv3d(a, b, kernel, stride, padding, bias=False), nn.BatchNorm3d(b)]
        self.path = nn.Sequential(
            *part(inputs, inner, (taps, 1, 1)), nn.ReLU(), *part(inner, inner, (1, 3, 3), (1, stride, stride)), nn.ReLU(),
            *part(inner, outputs, (1, 1, 1)))
        self.shortcut = nn.Identity() if inputs == outputs and stride == 1 else nn.Sequential(
            *part(inputs, outputs, (1, 1, 1), (1, stride, stride)))

    def forward(self, x):
        return functional.relu(self.path(x) + self.shortcut(x))


class SlowFast(nn.Module):
    """Feichtenhofer and others, "SlowFast" (2019): every fourth frame in a wide pathway, all of them in a narrow one, with lateral connections."""

    def __init__(self, width, depths, outputs, ratio=4, share=8):
        super().__init__()
        self.ratio = ratio
        def stem(width, taps):
            return nn.Sequential(
                nn.Conv3d(3, width, (taps, 7, 7), (1, 2, 2), (taps // 2, 3, 3), bias=False), nn.BatchNorm3d(width), nn.ReLU(),
                nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1)))
        def lateral(width):
            return nn.Sequential(
                nn.Conv3d(width, 2 * width, (5, 1, 1), (ratio, 1, 1), (2, 0, 0), bias=False), nn.BatchNorm3d(2 * width), nn.ReLU())
        thin = width // share
        self.stems = nn.ModuleList([stem(width, 1), stem(thin, 5)])
        self.laterals = nn.ModuleList([lateral(thin)])
        self.slow, self.fast = nn.ModuleList(), nn.ModuleList()
        slow_in, fast_in = width + 2 * thin, thin
        for stage, depth in enumerate(depths):
            inner = width << stage
            for pathway, inputs, inner, taps in [
                    (self.slow, slow_in, inner, 1 if stage < 2 else 3), (self.fast, fast_in, inner // share, 3)]:
                stride = 1 if stage == 0 else 2
                pathway.append(nn.Sequential(*[
                    Bottleneck(inputs if i == 0 else 4 * inner, inner, 4 * inner, stride if i == 0 else 1, taps)
                    for i in range(depth)]))
            fast_in = 4 * (width << stage) // share
            slow_in = 4 * (width << stage)
            if stage < len(depths) - 1:
                self.laterals.append(lateral(fast_in))
                slow_in += 2 * fast_in
        self.head = nn.Linear(slow_in + fast_in, outputs)

    def forward(self, x):
        slow, fast = self.stems[0](x[:, :, ::self.ratio]), self.stems[1](x)
        for stage in range(len(self.slow)):
            slow = torch.cat([slow, self.laterals[stage](fast)], 1)
            slow, fast = self.slow[stage](slow), self.fast[stage](fast)
        return self.head(torch.cat([slow.mean((2, 3, 4)), fast.mean((2, 3, 4))], 1))


class UNet3D(nn.Module):
    """Çiçek and others, "3D U-Net" (2016), with group normalisation; a map of classes for every pixel."""

    def __init__(self, width, depth, outputs):
        super().__init__()
        def pair(inputs, outputs):
            return nn.Sequential(*[layer for a, b in [(inputs, outputs), (outputs, outputs)] for layer in (
                nn.Conv3d(a, b, 3, padding=1), nn.GroupNorm(min(8, b // 2), b), nn.ReLU())])
        widths = [width << level for level in range(depth)]
        self.down = nn.ModuleList([pair(a, b) for a, b in zip([3] + widths, widths)])
        self.up = nn.ModuleList([nn.ConvTranspose3d(b, a, 2, 2) for a, b in zip(widths, widths[1:])])
        self.merge = nn.ModuleList([pair(2 * a, a) for a in widths[:-1]])
        self.head = nn.Conv3d(width, outputs, 1)

    def forward(self, x):
        levels = []
        for index, block in enumerate(self.down):
            x = block(x if index == 0 else functional.max_pool3d(x, 2))
            levels.append(x)
        for index in reversed(range(len(self.up))):
            x = self.merge[index](torch.cat([levels[index], self.up[index](x)], 1))
        return self.head(x)


class FramesThenTime(nn.Module):
    """A network for images on every frame, then something over time. Takes [N, T, C, H, W]."""

    def __init__(self, frames, features, over_time, width, outputs):
        super().__init__()
        self.features, self.over_time = features, over_time
        self.place = nn.Parameter(torch.zeros(1, frames, width)) if isinstance(over_time, nn.TransformerEncoder) else None
        self.head = nn.Linear(width * (2 if getattr(over_time, "bidirectional", False) else 1), outputs)

    def forward(self, x):
        n, t = x.shape[:2]
        x = self.features(x.flatten(0, 1)).flatten(1).reshape(n, t, -1)
        if self.place is not None:
            return self.head(self.over_time(x + self.place).mean(1))
        return self.head(self.over_time(x)[0][:, -1])


class SmallCNN(nn.Sequential):
    def __init__(self, width):
        super().__init__(
            nn.Conv2d(3, width // 2, 3, 2, 1), nn.BatchNorm2d(width // 2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(width // 2, width, 3, 2, 1), nn.BatchNorm2d(width), nn.ReLU(), nn.AdaptiveAvgPool2d(1))


class ResidualBlock(nn.Module):
    """Two (2+1)D convolutions and a shortcut, as in R(2+1)D (Tran, "A closer look", 2018)."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        def pair(inputs, middle, outputs, stride):
            return [nn.Conv3d(inputs, middle, (1, 3, 3), (1, stride, stride), (0, 1, 1), bias=False), nn.BatchNorm3d(middle), nn.ReLU(),
                    nn.Conv3d(middle, outputs, (3, 1, 1), (stride, 1, 1), (1, 0, 0), bias=False), nn.BatchNorm3d(outputs)]
        self.body = nn.Sequential(*pair(inputs, outputs + 3, outputs, stride), nn.ReLU(), *pair(outputs, outputs, outputs, 1))
        self.shortcut = nn.Identity() if stride == 1 and inputs == outputs else nn.Sequential(
            nn.Conv3d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm3d(outputs))

    def forward(self, x):
        return functional.relu(self.body(x) + self.shortcut(x))


class SmallResidual(nn.Module):
    def __init__(self, widths, outputs):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv3d(3, widths[0], (1, 7, 7), (1, 2, 2), (0, 3, 3), bias=False), nn.BatchNorm3d(widths[0]), nn.ReLU())
        self.blocks = nn.Sequential(*[
            ResidualBlock(inputs, width, 1 if inputs == width else 2) for inputs, width in zip([widths[0], *widths], widths)])
        self.pool, self.head = nn.AdaptiveAvgPool3d(1), nn.Linear(widths[-1], outputs)

    def forward(self, x):
        return self.head(self.pool(self.blocks(self.stem(x))).flatten(1))


def tubelet(small):
    shape = (1, 3, 4, 32, 32) if small else (1, 3, 32, 224, 224)
    sizes = ((2, 8, 8), 24, 2, 3, 5) if small else ((2, 16, 16), 384, 12, 6, 400)
    return TubeletTransformer(shape, *sizes), shape


def residual(small):
    return (SmallResidual([8, 12], 5), (1, 3, 6, 28, 36)) if small else (video.r2plus1d_18(weights=None), (1, 3, 32, 112, 112))


def x3d(small):
    return (X3D([8, 12], [2, 2], 5), (1, 3, 4, 32, 32)) if small else (X3D([24, 48, 96, 192], [3, 5, 11, 7], 400), (1, 3, 13, 160, 160))


def slowfast(small):
    return (SlowFast(16, [1, 1], 5), (1, 3, 8, 32, 32)) if small else (SlowFast(64, [3, 4, 6, 3], 400), (1, 3, 32, 224, 224))


def unet(small):
    return (UNet3D(4, 3, 2), (1, 3, 4, 16, 16)) if small else (UNet3D(16, 4, 2), (1, 3, 32, 112, 112))


def convnext(small):
    frames, width = (4, 12) if small else (16, 768)
    if small:
        features = ConvNeXt([CNBlockConfig(8, 12, 1), CNBlockConfig(12, None, 1)], layer_scale=0.5)
    else:
        features = convnext_tiny()
    layer = nn.TransformerEncoderLayer(width, 2 if small else 8, 2 * width, activation="gelu", batch_first=True, norm_first=True)
    over_time = nn.TransformerEncoder(layer, 1 if small else 4, enable_nested_tensor=False)
    network = FramesThenTime(frames, nn.Sequential(features.features, nn.AdaptiveAvgPool2d(1)), over_time, width, 5 if small else 400)
    return network, (1, frames, 3, 32, 32) if small else (1, frames, 3, 224, 224)


def lstm(small):
    frames, width, hidden = (4, 12, 8) if small else (16, 512, 256)
    features = SmallCNN(width) if small else nn.Sequential(*list(resnet18().children())[:-1])
    recurrent = nn.LSTM(width, hidden, 1 if small else 2, batch_first=True, bidirectional=True)
    return FramesThenTime(frames, features, recurrent, hidden, 5), (1, frames, 3, 24, 24) if small else (1, frames, 3, 112, 112)


def gru(small):
    frames, width, hidden = (4, 12, 8) if small else (16, 512, 256)
    features = SmallCNN(width) if small else nn.Sequential(*list(resnet18().children())[:-1])
    return (FramesThenTime(frames, features, nn.GRU(width, hidden, batch_first=True), hidden, 5),
            (1, frames, 3, 24, 24) if small else (1, frames, 3, 112, 112))


def residual_gru(small):
    """Residual blocks on every frame: pictures, where the networks above have clips."""
    frames, width, hidden = (4, 20, 8) if small else (16, 512, 256)
    if small:
        shorter = nn.Sequential(nn.Conv2d(16, width, 1, 2, bias=False), nn.BatchNorm2d(width))
        features = nn.Sequential(
            nn.Conv2d(3, 16, 3, 2, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2), BasicBlock(16, 16),
            BasicBlock(16, width, 2, shorter), nn.AdaptiveAvgPool2d(1))
    else:
        features = nn.Sequential(*list(resnet34().children())[:-1])
    return (FramesThenTime(frames, features, nn.GRU(width, hidden, batch_first=True), hidden, 5),
            (1, frames, 3, 32, 32) if small else (1, frames, 3, 112, 112))


def mvit_v2(small):
    if not small:
        return video.mvit_v2_s(), (1, 3, 16, 224, 224)
    blocks = [
        MSBlockConfig(1, 8, 8, [3, 3, 3], [3, 3, 3], [1, 1, 1], [1, 2, 2]),
        MSBlockConfig(2, 8, 16, [3, 3, 3], [3, 3, 3], [1, 2, 2], [1, 1, 1])]
    network = MViT((32, 32), 4, blocks, residual_pool=True, residual_with_cls_embed=False, rel_pos_embed=True,
                   proj_after_attn=True, num_classes=5)
    return network, (1, 3, 4, 32, 32)


def mvit_v1(small):
    if not small:
        return video.mvit_v1_b(), (1, 3, 16, 224, 224)
    blocks = [
        MSBlockConfig(1, 8, 16, [3, 3, 3], [3, 3, 3], [1, 1, 1], [1, 2, 2]),
        MSBlockConfig(2, 16, 16, [3, 3, 3], [3, 3, 3], [1, 2, 2], [1, 1, 1])]
    network = MViT((32, 32), 4, blocks, residual_pool=False, residual_with_cls_embed=False, rel_pos_embed=False,
                   proj_after_attn=False, num_classes=5)
    return network, (1, 3, 4, 32, 32)


def swin(small):
    if not small:
        return video.swin3d_t(), (1, 3, 16, 224, 224)
    return SwinTransformer3d([2, 4, 4], 8, [2, 2], [1, 2], [4, 4, 4], num_classes=5), (1, 3, 8, 32, 32)


class SmallS3D(nn.Sequential):
    def __init__(self):
        norm = lambda width: nn.BatchNorm3d(width, eps=0.001)  # noqa: E731
        super().__init__(
            TemporalSeparableConv(3, 8, 7, 2, 3, norm), nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1)),
            SepInceptionBlock3D(8, 4, 4, 6, 3, 4, 3, norm), nn.MaxPool3d((2, 2, 2), 2), nn.AvgPool3d((2, 2, 2), 1),
            nn.Conv3d(17, 5, 1), nn.Flatten(2))

    def forward(self, x):
        return super().forward(x).mean(2)


def s3d(small):
    return (SmallS3D(), (1, 3, 16, 32, 32)) if small else (video.s3d(), (1, 3, 32, 224, 224))


NETWORKS = {
    "vit_tubelet": tubelet, "mvit_v2_s": mvit_v2, "mvit_v1_b": mvit_v1, "swin3d_t": swin, "s3d": s3d, "x3d": x3d,
    "slowfast": slowfast, "unet3d": unet, "convnext_time": convnext, "cnn_lstm": lstm, "cnn_gru": gru, "cnn_residual": residual_gru, "r2plus1d_18": residual,
}


def make(name, small):
    """The network with weights that keep signals from vanishing on the way, and statistics that are none of a fresh network."""
    network, shape = NETWORKS[name](small)
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for key, value in network.state_dict().items():
            if not value.dtype.is_floating_point:
                continue
            v = 2 * torch.rand(value.shape, generator=generator) - 1
            kind = key.rsplit(".", 1)[-1]
            if kind == "running_var":
                value.copy_(1 + 0.25 * v)
            elif kind == "running_mean" or value.dim() == 1 and "bias" in kind:
                value.copy_(0.1 * v)
            elif value.dim() == 1 and kind == "weight":
                value.copy_(0.8 + 0.2 * v)
            elif kind == "layer_scale":
                value.copy_(0.3 + 0.1 * v)
            elif value.dim() >= 3 and kind == "weight":
                value.copy_(v * math.sqrt(6 / math.prod(value.shape[1:])))
            elif value.dim() == 2 and "weight" in kind:
                value.copy_(v * math.sqrt(3 / value.shape[1]))
            else:
                value.copy_(0.2 * v)
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    return network.eval(), shape


def clip(shape):
    return torch.rand(shape, generator=torch.Generator().manual_seed(11))


def reference(network, x, output):
    """Outputs, and the gradient of one of them by the clip."""
    x = x.detach().clone().requires_grad_()
    y = network(x)
    gradient, = torch.autograd.grad(y.flatten()[output], x)
    return y.detach(), gradient


def export(network, x, path, exporter):
    # The fused layer of nn.TransformerEncoder has no counterpart in ONNX.
    torch.backends.mha.set_fastpath_enabled(False)
    if exporter == "dynamo":
        torch.onnx.export(network, (x,), path, dynamo=True, opset_version=18, external_data=False, input_names=["clip"],
                          output_names=["scores"], verbose=False)
    else:
        torch.onnx.export(network, (x,), path, dynamo=False, opset_version=17, input_names=["clip"], output_names=["scores"])
