"""Pixels of DICOM objects and of the pictures that the service makes."""

import io

import numpy
from PIL import Image


def picture(content):
    return numpy.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)


def rgb_of_ybr(frame):
    """Full-range YCbCr (PS3.3, C.7.6.3.1.2) of whole numbers."""
    y, cb, cr = (frame[..., index].astype(float) for index in range(3))
    channels = (y + 1.402 * (cr - 128), y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128), y + 1.772 * (cb - 128))
    return numpy.clip(numpy.stack([numpy.rint(channel) for channel in channels], axis=-1), 0, 255).astype(int)


def likeness(picture, pattern):
    """The highest correlation of a pattern with any place of a grey picture, from -1 to 1."""
    windows = numpy.lib.stride_tricks.sliding_window_view(picture.astype(float), pattern.shape)
    pattern = pattern - pattern.mean()
    best = -1.0
    for row in windows:
        centred = row - row.mean(axis=(1, 2), keepdims=True)
        scale = numpy.sqrt((centred**2).sum(axis=(1, 2)) * (pattern**2).sum())
        best = max(best, float(((centred * pattern).sum(axis=(1, 2)) / numpy.maximum(scale, 1e-9)).max()))
    return best
