#include <math.h>

#include "CKernels.h"
#include "Hot.h"

// Where one axis of a displaced pixel reads: between `low` and `high`, `fraction` of the way.
typedef struct {
    ptrdiff_t low, high;
    float fraction;
    // 0 where the coordinate is held at the border, on the border itself too; else 1. Not a number, like fraction, where the displacement is not.
    float slope;
} ck_place_on_axis;

// The displacement is split into its floor and a fraction, and only the floor is added to the position: a Float32 sum of both would lose
// the fraction's last bits, and with them the cell that a displacement a little below an integer falls into.
CK_INLINE ck_place_on_axis place_on_axis(ptrdiff_t position, float displacement, ptrdiff_t extent) {
    // Before anything becomes an integer. Further than one image away is outside anyway; not-a-number fails the comparison and reads at the border.
    const float limit = (float)extent;
    float held = displacement > -limit ? displacement : -limit;
    held = held < limit ? held : limit;
    const float whole = floorf(held);
    const int32_t cell = (int32_t)position + (int32_t)whole;
    const float fraction = held - whole;
    const int32_t last = (int32_t)extent - 1;
    const int inside = (cell > 0 || (cell == 0 && fraction > 0)) && cell < last;
    const int32_t low = cell < 0 ? 0 : cell > last ? last : cell;
    const float slope = displacement == displacement ? (inside ? 1 : 0) : displacement;
    return (ck_place_on_axis){low, low < last ? low + 1 : last, slope * fraction, slope};
}

CK_HOT void ck_warp(const float *restrict image, const float *restrict flow_x, const float *restrict flow_y, ptrdiff_t height,
                    ptrdiff_t width, float *restrict warped) {
    for (ptrdiff_t y = 0; y < height; y++) {
        for (ptrdiff_t x = 0; x < width; x++) {
            const ptrdiff_t p = y * width + x;
            const ck_place_on_axis h = place_on_axis(x, flow_x[p], width), v = place_on_axis(y, flow_y[p], height);
            const float *above = image + v.low * width, *below = image + v.high * width;
            const float top = above[h.low] + h.fraction * (above[h.high] - above[h.low]);
            const float bottom = below[h.low] + h.fraction * (below[h.high] - below[h.low]);
            warped[p] = top + v.fraction * (bottom - top);
        }
    }
}

CK_HOT void ck_warp_transposed(const float *restrict gradient, const float *restrict flow_x, const float *restrict flow_y,
                               ptrdiff_t height, ptrdiff_t width, float *restrict sum) {
    for (ptrdiff_t y = 0; y < height; y++) {
        for (ptrdiff_t x = 0; x < width; x++) {
            const ptrdiff_t p = y * width + x;
            const ck_place_on_axis h = place_on_axis(x, flow_x[p], width), v = place_on_axis(y, flow_y[p], height);
            float *above = sum + v.low * width, *below = sum + v.high * width;
            const float bottom = gradient[p] * v.fraction, top = gradient[p] - bottom;
            const float top_right = top * h.fraction, bottom_right = bottom * h.fraction;
            // One after the other: at a border the four may be the same pixel.
            above[h.low] += top - top_right;
            above[h.high] += top_right;
            below[h.low] += bottom - bottom_right;
            below[h.high] += bottom_right;
        }
    }
}

CK_HOT void ck_warp_slopes(const float *restrict image, const float *restrict gradient, const float *restrict flow_x,
                           const float *restrict flow_y, ptrdiff_t height, ptrdiff_t width, float *restrict sum_x,
                           float *restrict sum_y) {
    for (ptrdiff_t y = 0; y < height; y++) {
        for (ptrdiff_t x = 0; x < width; x++) {
            const ptrdiff_t p = y * width + x;
            const ck_place_on_axis h = place_on_axis(x, flow_x[p], width), v = place_on_axis(y, flow_y[p], height);
            const float *above = image + v.low * width, *below = image + v.high * width;
            const float right_top = above[h.high] - above[h.low], right_bottom = below[h.high] - below[h.low];
            const float down_left = below[h.low] - above[h.low], down_right = below[h.high] - above[h.high];
            sum_x[p] += h.slope * gradient[p] * (right_top + v.fraction * (right_bottom - right_top));
            sum_y[p] += v.slope * gradient[p] * (down_left + h.fraction * (down_right - down_left));
        }
    }
}
