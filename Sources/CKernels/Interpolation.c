#include "CKernels.h"
#include "Hot.h"

CK_INLINE void blend(const float *restrict a, const float *restrict b, float weight, float *restrict result,
                     ptrdiff_t n) {
    for (ptrdiff_t i = 0; i < n; i++) result[i] = (1 - weight) * a[i] + weight * b[i];
}

CK_HOT void ck_interpolate(const float *x, ptrdiff_t stride, ptrdiff_t columns, const int32_t *lower,
                           const int32_t *upper, const float *weights, ptrdiff_t count, float *result) {
    if (columns == 1) {
        for (ptrdiff_t j = 0; j < count; j++)
            result[j * stride] = (1 - weights[j]) * x[lower[j] * stride] + weights[j] * x[upper[j] * stride];
        return;
    }
    for (ptrdiff_t j = 0; j < count; j++)
        blend(x + lower[j] * stride, x + upper[j] * stride, weights[j], result + j * stride, columns);
}

CK_HOT void ck_interpolate_gradient(const float *gradient, ptrdiff_t stride, ptrdiff_t columns, const int32_t *lower,
                                    const int32_t *upper, const float *weights, ptrdiff_t count, ptrdiff_t extent,
                                    float *result) {
    for (ptrdiff_t i = 0; i < extent; i++) {
        for (ptrdiff_t c = 0; c < columns; c++) result[i * stride + c] = 0;
    }
    for (ptrdiff_t j = 0; j < count; j++) {
        const float *from = gradient + j * stride;
        float *low = result + lower[j] * stride, *high = result + upper[j] * stride;
        // One after the other: at the end of an axis they are the same.
        for (ptrdiff_t c = 0; c < columns; c++) low[c] += (1 - weights[j]) * from[c];
        for (ptrdiff_t c = 0; c < columns; c++) high[c] += weights[j] * from[c];
    }
}
