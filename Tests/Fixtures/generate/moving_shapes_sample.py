#!/usr/bin/env python3
"""Draws the sample clip that the binary carries (Sources/CSampleClip/data/moving-shapes-sample.mp4).

One Moving Shapes clip (Hughes, section 3): 32 frames of 112x112 RGB on black with Gaussian noise of 20/255, a coloured
triangle that moves at 30 degrees (y points down) with 1.5 pixels a frame, a white square that moves elsewhere, a coloured pentagon that stands still.

    moving_shapes_sample.py FILE.mp4        needs numpy 2 and the ffmpeg command (5.1, libx264)
"""
import subprocess
import sys

import numpy as np

FRAMES, SIZE, OVERSAMPLING = 32, 112, 4


def polygon(sides, centre, radius, phase):
    """Coverage 0..1 of each pixel by a regular polygon, by sampling every pixel on a 4x4 grid."""
    grid = (np.arange(SIZE * OVERSAMPLING) + 0.5) / OVERSAMPLING - 0.5
    x, y = np.meshgrid(grid - centre[0], grid - centre[1])
    inside = np.ones_like(x, dtype=bool)
    for side in range(sides):
        normal = phase + 2 * np.pi * (side + 0.5) / sides
        inside &= x * np.cos(normal) + y * np.sin(normal) <= radius * np.cos(np.pi / sides)
    blocks = inside.reshape(SIZE, OVERSAMPLING, SIZE, OVERSAMPLING)
    return blocks.mean(axis=(1, 3))


def main(path):
    random = np.random.default_rng(2026)
    angle = np.deg2rad(30)
    frames = np.zeros((FRAMES, SIZE, SIZE, 3))
    for t in range(FRAMES):
        shapes = [
            (5, (84, 88), 12, 0.3, (0.25, 0.45, 0.95)),
            (4, (90 - 1.1 * t, 20 + 0.2 * t), 12, 1.0, (1, 1, 1)),
            (3, (28 + 1.5 * t * np.cos(angle), 40 + 1.5 * t * np.sin(angle)), 15, 0.5, (0.95, 0.55, 0.1)),
        ]
        for sides, centre, radius, phase, colour in shapes:
            cover = polygon(sides, centre, radius, phase)[..., None]
            frames[t] = frames[t] * (1 - cover) + cover * np.array(colour)
    frames += random.normal(0, 20 / 255, frames.shape)
    raw = np.clip(np.round(frames * 255), 0, 255).astype(np.uint8).tobytes()
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{SIZE}x{SIZE}", "-r", "25", "-i", "-",
         "-vf", "scale=out_color_matrix=bt709:out_range=tv", "-colorspace", "bt709", "-color_primaries", "bt709",
         "-color_trc", "bt709", "-color_range", "tv", "-c:v", "libx264", "-preset", "veryslow", "-crf", "20", "-pix_fmt", "yuv420p",
         "-movflags", "+faststart", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1", path],
        input=raw, check=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
