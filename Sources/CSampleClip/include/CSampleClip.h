#pragma once

#include <stddef.h>

/// A short Moving Shapes video (mp4, H.264), carried by the binary so that the first explanation needs no file of the user's.
/// Drawn by Tests/Fixtures/generate/moving_shapes_sample.py.
extern const unsigned char cinegrad_sample_clip[];
extern const size_t cinegrad_sample_clip_size;

/// Its first byte: Swift does not import arrays without a length.
static inline const unsigned char *cinegrad_sample_clip_start(void) { return cinegrad_sample_clip; }
