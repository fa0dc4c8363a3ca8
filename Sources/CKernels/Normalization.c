#include "CKernels.h"
#include "Hot.h"
#include "Lanes.h"

#include <math.h>

// Columns that are summed together.
enum { CHUNK = 64 };

CK_HOT ck_statistics ck_row_statistics(const float *x, ptrdiff_t count, double epsilon) {
    const double mean = ck_sum(x, count) / (double)count;
    // The sum of squares about the mean, not of the squares: large means would cancel.
    wide_lanes sum = 0;
    ptrdiff_t i = 0;
    for (; i + 8 <= count; i += 8) {
        const wide_lanes difference = WIDEN(LOAD(x + i)) - mean;
        sum += difference * difference;
    }
    double rest = 0;
    for (; i < count; i++) rest += ((double)x[i] - mean) * ((double)x[i] - mean);
    return (ck_statistics){mean, 1 / sqrt((LANE_SUM(sum) + rest) / (double)count + epsilon)};
}

CK_HOT void ck_normalize_row(const float *restrict x, ptrdiff_t count, ck_statistics s, const float *restrict scale,
                             const float *restrict shift, float *restrict y) {
    for (ptrdiff_t i = 0; i < count; i++) y[i] = (float)(((double)x[i] - s.mean) * s.inverse);
    if (scale)
        for (ptrdiff_t i = 0; i < count; i++) y[i] *= scale[i];
    if (shift)
        for (ptrdiff_t i = 0; i < count; i++) y[i] += shift[i];
}

CK_HOT void ck_normalize_row_gradient(float *restrict gradient, const float *restrict x, ptrdiff_t count,
                                      ck_statistics s, const float *restrict scale) {
    if (scale)
        for (ptrdiff_t i = 0; i < count; i++) gradient[i] *= scale[i];
    // With n the normalised values: inverse * (g - mean(g) - n * mean(g * n)).
    const double mean = ck_sum(gradient, count) / (double)count;
    const double product = (ck_dot(gradient, x, count) / (double)count - s.mean * mean) * s.inverse;
    for (ptrdiff_t i = 0; i < count; i++) {
        const double normalised = ((double)x[i] - s.mean) * s.inverse;
        gradient[i] = (float)(s.inverse * ((double)gradient[i] - mean - normalised * product));
    }
}

CK_HOT void ck_normalize_scale_gradient(const float *gradient, const float *x, ptrdiff_t rows, ptrdiff_t stride,
                                        const ck_statistics *statistics, ptrdiff_t columns, float *by_scale) {
    for (ptrdiff_t from = 0; from < columns; from += CHUNK) {
        const ptrdiff_t n = columns - from < CHUNK ? columns - from : CHUNK;
        double sums[CHUNK] = {0};
        for (ptrdiff_t row = 0; row < rows; row++) {
            const ck_statistics s = statistics[row];
            const float *g = gradient + row * stride + from, *values = x + row * stride + from;
            for (ptrdiff_t i = 0; i < n; i++) sums[i] += (double)g[i] * (((double)values[i] - s.mean) * s.inverse);
        }
        for (ptrdiff_t i = 0; i < n; i++) by_scale[from + i] = (float)sums[i];
    }
}
