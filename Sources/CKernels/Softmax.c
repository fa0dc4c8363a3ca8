#include "CKernels.h"
#include "Exponential.h"
#include "Hot.h"
#include "Lanes.h"

#include <math.h>

// Columns that are worked on together.
enum { CHUNK = 64 };

CK_INLINE ptrdiff_t least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

CK_INLINE float largest(const float *values, ptrdiff_t count) {
    lanes best = (lanes)(-INFINITY);
    ptrdiff_t i = 0;
    for (; i + 8 <= count; i += 8) {
        const lanes x = LOAD(values + i);
        best = SELECT(x > best, x, best);
    }
    float result = -INFINITY;
    for (int k = 0; k < 8; k++) result = best[k] > result ? best[k] : result;
    for (; i < count; i++) result = values[i] > result ? values[i] : result;
    return result;
}

CK_HOT static void softmax_row(const float *values, ptrdiff_t count, float *result) {
    const float top = largest(values, count);
    for (ptrdiff_t i = 0; i < count; i++) result[i] = exponential(values[i] - top);
    const float factor = (float)(1 / ck_sum(result, count));
    for (ptrdiff_t i = 0; i < count; i++) result[i] *= factor;
}

CK_HOT static void softmax_columns(const float *values, ptrdiff_t count, ptrdiff_t stride, ptrdiff_t columns,
                                   float *result) {
    float tops[CHUNK], factors[CHUNK];
    double sums[CHUNK];
    for (ptrdiff_t c = 0; c < columns; c++) {
        tops[c] = -INFINITY;
        sums[c] = 0;
    }
    for (ptrdiff_t i = 0; i < count; i++) {
        for (ptrdiff_t c = 0; c < columns; c++) {
            const float x = values[i * stride + c];
            tops[c] = x > tops[c] ? x : tops[c];
        }
    }
    for (ptrdiff_t i = 0; i < count; i++) {
        for (ptrdiff_t c = 0; c < columns; c++) {
            const float e = exponential(values[i * stride + c] - tops[c]);
            result[i * stride + c] = e;
            sums[c] += (double)e;
        }
    }
    for (ptrdiff_t c = 0; c < columns; c++) factors[c] = (float)(1 / sums[c]);
    for (ptrdiff_t i = 0; i < count; i++) {
        for (ptrdiff_t c = 0; c < columns; c++) result[i * stride + c] *= factors[c];
    }
}

void ck_softmax(const float *values, ptrdiff_t count, ptrdiff_t stride, ptrdiff_t columns, float *result) {
    if (stride == 1 && columns == 1) {
        softmax_row(values, count, result);
        return;
    }
    for (ptrdiff_t c = 0; c < columns; c += CHUNK)
        softmax_columns(values + c, count, stride, least(CHUNK, columns - c), result + c);
}

CK_HOT static void softmax_columns_gradient(float *gradient, const float *result, ptrdiff_t count, ptrdiff_t stride,
                                            ptrdiff_t columns) {
    double dots[CHUNK];
    for (ptrdiff_t c = 0; c < columns; c++) dots[c] = 0;
    for (ptrdiff_t i = 0; i < count; i++) {
        for (ptrdiff_t c = 0; c < columns; c++)
            dots[c] += (double)gradient[i * stride + c] * (double)result[i * stride + c];
    }
    for (ptrdiff_t i = 0; i < count; i++) {
        for (ptrdiff_t c = 0; c < columns; c++) {
            const ptrdiff_t at = i * stride + c;
            gradient[at] = result[at] * (gradient[at] - (float)dots[c]);
        }
    }
}

CK_HOT static void softmax_row_gradient(float *restrict gradient, const float *restrict result, ptrdiff_t count) {
    const float dot = (float)ck_dot(gradient, result, count);
    for (ptrdiff_t i = 0; i < count; i++) gradient[i] = result[i] * (gradient[i] - dot);
}

void ck_softmax_gradient(float *gradient, const float *result, ptrdiff_t count, ptrdiff_t stride, ptrdiff_t columns) {
    if (stride == 1 && columns == 1) {
        softmax_row_gradient(gradient, result, count);
        return;
    }
    for (ptrdiff_t c = 0; c < columns; c += CHUNK)
        softmax_columns_gradient(gradient + c, result + c, count, stride, least(CHUNK, columns - c));
}
