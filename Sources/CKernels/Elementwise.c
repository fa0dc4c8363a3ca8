#include "CKernels.h"
#include "Hot.h"
#include "Lanes.h"

CK_HOT void ck_accumulate(float *restrict values, const float *restrict addends, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) values[i] += addends[i];
}

CK_HOT void ck_add_scalar(float *values, float addend, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) values[i] += addend;
}

// result may be values.
CK_HOT void ck_affine(const float *values, float factor, float addend, float *result, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) result[i] = values[i] * factor + addend;
}

CK_HOT double ck_sum(const float *values, ptrdiff_t count) {
    wide_lanes sum = 0;
    ptrdiff_t i = 0;
    for (; i + 8 <= count; i += 8) sum += WIDEN(LOAD(values + i));
    double rest = 0;
    for (; i < count; i++) rest += (double)values[i];
    return LANE_SUM(sum) + rest;
}

CK_HOT double ck_dot(const float *a, const float *b, ptrdiff_t count) {
    wide_lanes sum = 0;
    ptrdiff_t i = 0;
    for (; i + 8 <= count; i += 8)
        sum += WIDEN(LOAD(a + i)) * WIDEN(LOAD(b + i));
    double rest = 0;
    for (; i < count; i++) rest += (double)a[i] * (double)b[i];
    return LANE_SUM(sum) + rest;
}

CK_HOT void ck_add_to_doubles(double *restrict sums, const float *restrict values, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) sums[i] += (double)values[i];
}

// The four combinations of steps become loops of their own, which vectorise.
#define CK_BINARY(name, operator)                                                                                       \
    CK_HOT void name(const float *a, ptrdiff_t a_step, const float *b, ptrdiff_t b_step, float *restrict result,          \
                     ptrdiff_t count) {                                                                                 \
        if (a_step && b_step) {                                                                                         \
            for (ptrdiff_t i = 0; i < count; i++) result[i] = a[i] operator b[i];                                       \
        } else if (a_step) {                                                                                            \
            const float other = *b;                                                                                     \
            for (ptrdiff_t i = 0; i < count; i++) result[i] = a[i] operator other;                                      \
        } else if (b_step) {                                                                                            \
            const float other = *a;                                                                                     \
            for (ptrdiff_t i = 0; i < count; i++) result[i] = other operator b[i];                                      \
        } else {                                                                                                        \
            const float value = *a operator *b;                                                                         \
            for (ptrdiff_t i = 0; i < count; i++) result[i] = value;                                                    \
        }                                                                                                               \
    }

CK_BINARY(ck_add, +)
CK_BINARY(ck_subtract, -)
CK_BINARY(ck_multiply, *)

CK_HOT void ck_relu(const float *values, float *result, uint8_t *signs, ptrdiff_t count) {
    ptrdiff_t i = 0;
    for (; i + 8 <= count; i += 8) {
        const lanes x = LOAD(values + i);
        // Not (x > 0 ? x : 0): that would turn not-a-number into zero and hide it.
        const masks clamped = x <= 0;
        STORE((lanes)((masks)x & ~clamped), result + i);
        if (signs) {
            const bits positive = __builtin_convertvector(x > 0, bits);
            __builtin_memcpy(signs + i / 8, &positive, 1);
        }
    }
    if (i < count) {
        uint8_t byte = 0;
        for (ptrdiff_t k = 0; i + k < count; k++) {
            const float x = values[i + k];
            result[i + k] = x <= 0 ? 0 : x;
            byte |= (uint8_t)((x > 0) << k);
        }
        if (signs) signs[i / 8] = byte;
    }
}

CK_HOT void ck_mask(float *gradient, const uint8_t *signs, ptrdiff_t count) {
    ptrdiff_t i = 0;
    for (; i + 8 <= count; i += 8) {
        const masks place = {1, 2, 4, 8, 16, 32, 64, 128};
        const masks kept = ((masks)(int32_t)signs[i / 8] & place) != 0;
        STORE((lanes)((masks)LOAD(gradient + i) & kept), gradient + i);
    }
    for (; i < count; i++)
        if (!(signs[i / 8] >> (i & 7) & 1)) gradient[i] = 0;
}
