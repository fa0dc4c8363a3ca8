#include "CKernels.h"
#include "Hot.h"

#include <math.h>
#include <string.h>

// Points that are worked on together, so that their places serve all channels.
enum { BLOCK = 64 };

// The two elements next to a coordinate, how much each counts, and by how much that changes with the coordinate.
typedef struct {
    ptrdiff_t index[2];
    float weight[2], slope[2];
} pair;

CK_INLINE pair pair_at(ck_sample_axis axis, float coordinate) {
    const double at = (double)coordinate * axis.scale + axis.offset, end = (double)(axis.extent - 1);
    // Far outside is as good as just outside, and fits an integer. Not-a-number takes some element's place and stays in the weights.
    const double low = axis.border ? 0 : -2, high = axis.border ? end : end + 2;
    const double near = at != at ? 0 : at < low ? low : at > high ? high : at;
    const double base = floor(near);
    const ptrdiff_t first = (ptrdiff_t)base;
    const float fraction = at != at ? (float)at : (float)(near - base);
    const int exists[2] = {first >= 0 && first < axis.extent, first + 1 >= 0 && first + 1 < axis.extent};
    const int moves = !axis.border || (at > 0 && at < end) || at != at;
    const float slope = moves ? (float)axis.scale : 0;
    return (pair){
        .index = {exists[0] ? first : 0, exists[1] ? first + 1 : exists[0] ? first : 0},
        .weight = {exists[0] ? 1 - fraction : 0, exists[1] ? fraction : 0},
        .slope = {exists[0] ? -slope : 0, exists[1] ? slope : 0},
    };
}

CK_INLINE ptrdiff_t least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

CK_HOT void ck_grid_sample(const float *image, ptrdiff_t channels, ck_sample_axis height, ck_sample_axis width,
                           const float *grid, ptrdiff_t count, float *result, ptrdiff_t stride) {
    ptrdiff_t places[4][BLOCK];
    float weights[4][BLOCK];
    for (ptrdiff_t from = 0; from < count; from += BLOCK) {
        const ptrdiff_t n = least(BLOCK, count - from);
        for (ptrdiff_t i = 0; i < n; i++) {
            const pair x = pair_at(width, grid[2 * (from + i)]), y = pair_at(height, grid[2 * (from + i) + 1]);
            for (int k = 0; k < 4; k++) {
                places[k][i] = y.index[k / 2] * width.extent + x.index[k % 2];
                weights[k][i] = y.weight[k / 2] * x.weight[k % 2];
            }
        }
        for (ptrdiff_t c = 0; c < channels; c++) {
            const float *plane = image + c * height.extent * width.extent;
            float *to = result + c * stride + from;
            for (ptrdiff_t i = 0; i < n; i++) {
                to[i] = weights[0][i] * plane[places[0][i]] + weights[1][i] * plane[places[1][i]] +
                        weights[2][i] * plane[places[2][i]] + weights[3][i] * plane[places[3][i]];
            }
        }
    }
}

CK_HOT void ck_grid_sample_image_gradient(const float *gradient, ck_sample_axis height, ck_sample_axis width,
                                          const float *grid, ptrdiff_t count, float *plane) {
    memset(plane, 0, (size_t)(height.extent * width.extent) * sizeof(float));
    for (ptrdiff_t i = 0; i < count; i++) {
        const pair x = pair_at(width, grid[2 * i]), y = pair_at(height, grid[2 * i + 1]);
        for (int k = 0; k < 4; k++) {
            plane[y.index[k / 2] * width.extent + x.index[k % 2]] += gradient[i] * (y.weight[k / 2] * x.weight[k % 2]);
        }
    }
}

CK_HOT void ck_grid_sample_grid_gradient(const float *image, ptrdiff_t channels, ck_sample_axis height,
                                         ck_sample_axis width, const float *grid, const float *gradient,
                                         ptrdiff_t stride, ptrdiff_t count, float *result) {
    ptrdiff_t places[4][BLOCK];
    float by_x[4][BLOCK], by_y[4][BLOCK];
    for (ptrdiff_t from = 0; from < count; from += BLOCK) {
        const ptrdiff_t n = least(BLOCK, count - from);
        double x_sums[BLOCK] = {0}, y_sums[BLOCK] = {0};
        for (ptrdiff_t i = 0; i < n; i++) {
            const pair x = pair_at(width, grid[2 * (from + i)]), y = pair_at(height, grid[2 * (from + i) + 1]);
            for (int k = 0; k < 4; k++) {
                places[k][i] = y.index[k / 2] * width.extent + x.index[k % 2];
                by_x[k][i] = y.weight[k / 2] * x.slope[k % 2];
                by_y[k][i] = y.slope[k / 2] * x.weight[k % 2];
            }
        }
        for (ptrdiff_t c = 0; c < channels; c++) {
            const float *plane = image + c * height.extent * width.extent;
            const float *by_sample = gradient + c * stride + from;
            for (ptrdiff_t i = 0; i < n; i++) {
                double x_slope = 0, y_slope = 0;
                for (int k = 0; k < 4; k++) {
                    const double value = (double)plane[places[k][i]];
                    x_slope += (double)by_x[k][i] * value;
                    y_slope += (double)by_y[k][i] * value;
                }
                x_sums[i] += (double)by_sample[i] * x_slope;
                y_sums[i] += (double)by_sample[i] * y_slope;
            }
        }
        for (ptrdiff_t i = 0; i < n; i++) {
            result[2 * (from + i)] = (float)x_sums[i];
            result[2 * (from + i) + 1] = (float)y_sums[i];
        }
    }
}
