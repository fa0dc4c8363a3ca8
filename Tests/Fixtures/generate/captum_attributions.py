#!/usr/bin/env python3
"""Writes Tests/Fixtures/attribution/captum.safetensors: what Captum makes of the tiny network.

    captum_attributions.py TINY.safetensors OUT.safetensors
        made with Python 3.11, PyTorch 2.15, torchvision 0.29, captum 0.9, safetensors, numpy 2.4; in double precision

The network is torchvision's VideoResNet with (2+1)D blocks in a small size and the parameters of Tests/Fixtures/checkpoints/tiny.safetensors. Written are

    clip [3, 8, 32, 40]          intensities of noise and a bright square that moves
    noise [3, 3, 8, 32, 40]      standard normal numbers, to be added times SIGMA
    saliency [3, 8, 32, 40]      the mean of Captum's Saliency(abs=False) over the noisy clips, of output 2
    integrated [3, 8, 32, 40]    Captum's IntegratedGradients from a black clip, at the middles of STEPS pieces, of output 2
    gradcam.LAYER [1, 8, 32, 40] Captum's LayerGradCam, spread over the clip by LayerAttribution.interpolate, of output 2
"""
import sys

import numpy as np
import torch
from captum.attr import IntegratedGradients, LayerAttribution, LayerGradCam, Saliency
from safetensors.torch import load_file, save_file
from torchvision.models.video.resnet import BasicBlock, Conv2Plus1D, VideoResNet

OUTPUT, SIGMA, SAMPLES, STEPS = 2, 0.15, 3, 16
CHANNELS, STEM = [6, 8, 12, 16], 5


class Stem(torch.nn.Sequential):
    def __init__(self):
        super().__init__(
            torch.nn.Conv3d(3, STEM, (1, 7, 7), (1, 2, 2), (0, 3, 3), bias=False), torch.nn.BatchNorm3d(STEM),
            torch.nn.ReLU(inplace=True),
            torch.nn.Conv3d(STEM, CHANNELS[0], (3, 1, 1), 1, (1, 0, 0), bias=False), torch.nn.BatchNorm3d(CHANNELS[0]),
            torch.nn.ReLU(inplace=True))


def network(parameters):
    net = VideoResNet(BasicBlock, [Conv2Plus1D] * 4, [1, 1, 1, 1], Stem, num_classes=parameters["fc.bias"].numel())
    net.stem, net.inplanes = Stem(), CHANNELS[0]
    for layer, width in enumerate(CHANNELS):
        setattr(net, f"layer{layer + 1}", net._make_layer(BasicBlock, Conv2Plus1D, width, 1, stride=1 if layer == 0 else 2))
    net.fc = torch.nn.Linear(CHANNELS[-1], parameters["fc.bias"].numel())
    missing = net.load_state_dict(parameters, strict=False)
    assert not missing.unexpected_keys and all(k.endswith("num_batches_tracked") for k in missing.missing_keys), missing
    return net.double().eval()


def main(checkpoint, path):
    torch.set_num_threads(2)
    net = network(load_file(checkpoint))
    # Modules that change what they were given would change the activations under Captum's hooks.
    for module in net.modules():
        if isinstance(module, torch.nn.ReLU):
            module.inplace = False
    random = np.random.default_rng(7)
    clip = 0.3 + 0.05 * random.standard_normal((3, 8, 32, 40))
    for t in range(8):
        clip[:, t, 8:18, 6 + 2 * t:16 + 2 * t] += 0.4
    noise = random.standard_normal((SAMPLES, 3, 8, 32, 40))
    clip, noise = torch.tensor(clip).float(), torch.tensor(noise).float()
    noisy = (clip + SIGMA * noise).double()
    saliency = Saliency(net).attribute(noisy.requires_grad_(), target=OUTPUT, abs=False).mean(0)
    integrated = IntegratedGradients(net).attribute(
        clip.double()[None], baselines=0, target=OUTPUT, n_steps=STEPS, method="riemann_middle")[0]
    out = {"clip": clip, "noise": noise, "saliency": saliency.float().contiguous(), "integrated": integrated.float().contiguous()}
    for layer in ["stem", "layer1", "layer2", "layer3.0", "layer4"]:
        module = dict(net.named_modules())[layer]
        cam = LayerGradCam(net, module).attribute(clip.double()[None], target=OUTPUT)
        spread = LayerAttribution.interpolate(cam, (8, 32, 40), interpolate_mode="trilinear")
        out[f"gradcam.{layer}"] = spread[0].detach().float().contiguous()
        print(layer, tuple(cam.shape), float(cam.detach().min()), float(cam.detach().max()))
    save_file(out, path)
    print({k: tuple(v.shape) for k, v in out.items()})


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
