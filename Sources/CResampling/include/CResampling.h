#pragma once

#include <stdint.h>

// Resizing by OpenCV behind a C interface.

#ifdef __cplusplus
extern "C" {
#endif

// Grey bytes, rows from the top.
typedef struct {
    int32_t width;
    int32_t height;
    // Bytes from one row to the next.
    int32_t stride;
} crs_extent;

// Resizes with cv::INTER_CUBIC, which does not widen its filter when it shrinks. No exception leaves it. Returns 0, or 1 when it fails.
int crs_cubic(const uint8_t *from, crs_extent from_extent, uint8_t *to, crs_extent to_extent);

#ifdef __cplusplus
}
#endif
