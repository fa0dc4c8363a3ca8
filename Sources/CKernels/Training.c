#include "CKernels.h"
#include "Hot.h"
#include "Lanes.h"

static const masks places = {1, 2, 4, 8, 16, 32, 64, 128};
#define KEPT(signs, i) (((masks)(int32_t)(signs)[(i) / 8] & places) != 0)

CK_INLINE float kept(const float *gradient, const uint8_t *signs, ptrdiff_t i) {
    return signs && !(signs[i / 8] >> (i & 7) & 1) ? 0 : gradient[i];
}

CK_HOT void ck_moments(const float *values, ptrdiff_t count, double *sums) {
    wide_lanes sum = 0, squares = 0;
    ptrdiff_t i = 0;
    for (; i + 8 <= count; i += 8) {
        const wide_lanes x = WIDEN(LOAD(values + i));
        sum += x;
        squares += x * x;
    }
    double rest = 0, rest_squares = 0;
    for (; i < count; i++) {
        rest += (double)values[i];
        rest_squares += (double)values[i] * (double)values[i];
    }
    sums[0] = LANE_SUM(sum) + rest;
    sums[1] = LANE_SUM(squares) + rest_squares;
}

CK_HOT void ck_gradient_moments(const float *gradient, const uint8_t *signs, const float *values, ptrdiff_t count,
                                double *sums) {
    wide_lanes sum = 0, products = 0;
    ptrdiff_t i = 0;
    for (; i + 8 <= count; i += 8) {
        lanes g = LOAD(gradient + i);
        if (signs) g = (lanes)((masks)g & KEPT(signs, i));
        const wide_lanes wide = WIDEN(g);
        sum += wide;
        products += wide * WIDEN(LOAD(values + i));
    }
    double rest = 0, rest_products = 0;
    for (; i < count; i++) {
        const double g = (double)kept(gradient, signs, i);
        rest += g;
        rest_products += g * (double)values[i];
    }
    sums[0] = LANE_SUM(sum) + rest;
    sums[1] = LANE_SUM(products) + rest_products;
}

CK_HOT void ck_normalization_gradient(float *gradient, const uint8_t *signs, const float *values, ptrdiff_t count,
                                      float factor, float slope, float addend) {
    ptrdiff_t i = 0;
    for (; i + 8 <= count; i += 8) {
        lanes g = LOAD(gradient + i);
        if (signs) g = (lanes)((masks)g & KEPT(signs, i));
        STORE(g * factor + (LOAD(values + i) * slope + addend), gradient + i);
    }
    for (; i < count; i++) gradient[i] = kept(gradient, signs, i) * factor + (values[i] * slope + addend);
}

CK_HOT void ck_mask_scaled(float *gradient, const uint8_t *signs, float factor, ptrdiff_t count) {
    ptrdiff_t i = 0;
    for (; i + 8 <= count; i += 8)
        STORE((lanes)((masks)(LOAD(gradient + i) * factor) & KEPT(signs, i)), gradient + i);
    for (; i < count; i++) gradient[i] = kept(gradient, signs, i) * factor;
}
