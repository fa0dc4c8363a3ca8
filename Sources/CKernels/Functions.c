#include "Functions.h"

#include <math.h>

#include "Exponential.h"
#include "Hot.h"

CK_HOT void ck_exponential(const float *restrict x, float *restrict y, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) y[i] = exponential(x[i]);
}

void ck_logarithm(const float *restrict x, float *restrict y, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) y[i] = logf(x[i]);
}

CK_HOT void ck_square_root(const float *restrict x, float *restrict y, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) y[i] = __builtin_sqrtf(x[i]);
}

CK_HOT void ck_square_root_gradient(float *restrict gradient, const float *restrict y, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) gradient[i] *= 0.5f / y[i];
}

CK_HOT void ck_absolute(const float *restrict x, float *restrict y, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) y[i] = __builtin_fabsf(x[i]);
}

// Zero at zero, as PyTorch has it.
CK_HOT void ck_absolute_gradient(float *restrict gradient, const float *restrict x, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) gradient[i] *= x[i] > 0 ? 1.0f : x[i] < 0 ? -1.0f : 0.0f;
}

void ck_error_function(const float *restrict x, float *restrict y, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) y[i] = erff(x[i]);
}

CK_HOT void ck_error_function_gradient(float *restrict gradient, const float *restrict x, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) {
        const float size = __builtin_fabsf(x[i]), c = size > 10 ? 10 : size;
        // 2 / √π
        gradient[i] *= 1.12837917f * exponential(-c * c);
    }
}

void ck_softplus(const float *restrict x, float *restrict y, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) y[i] = (x[i] > 0 ? x[i] : 0) + log1pf(expf(-fabsf(x[i])));
}

CK_HOT void ck_softplus_gradient(float *restrict gradient, const float *restrict x, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) gradient[i] *= 1 / (1 + exponential(-x[i]));
}

void ck_sine(const float *restrict x, float *restrict y, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) y[i] = sinf(x[i]);
}

void ck_cosine(const float *restrict x, float *restrict y, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) y[i] = cosf(x[i]);
}

void ck_elu(const float *restrict x, float alpha, float width, float scale, float *restrict y, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) y[i] = x[i] > 0 ? x[i] * scale : alpha * expm1f(x[i] / width);
}

CK_HOT void ck_elu_gradient(float *restrict gradient, const float *restrict x, float alpha, float width, float scale,
                            ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) {
        const float low = x[i] > 0 ? 0 : x[i], below = alpha / width * exponential(low / width);
        gradient[i] *= x[i] > 0 ? scale : below;
    }
}

CK_HOT void ck_leaky_relu(const float *x, float slope, float *y, uint8_t *positive, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i += 8) {
        const ptrdiff_t end = count - i < 8 ? count - i : 8;
        unsigned byte = 0;
        for (ptrdiff_t k = 0; k < end; k++) {
            const float value = x[i + k];
            byte |= (unsigned)(value > 0) << k;
            y[i + k] = value > 0 ? value : value * slope;
        }
        if (positive) positive[i / 8] = (uint8_t)byte;
    }
}

CK_HOT void ck_leaky_relu_gradient(float *gradient, const uint8_t *positive, float slope, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) gradient[i] *= positive[i / 8] >> (i & 7) & 1 ? 1 : slope;
}

CK_HOT void ck_clamp_between(const float *x, float lower, float upper, float *y, uint8_t *inside, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i += 8) {
        const ptrdiff_t end = count - i < 8 ? count - i : 8;
        unsigned byte = 0;
        for (ptrdiff_t k = 0; k < end; k++) {
            const float value = x[i + k];
            byte |= (unsigned)(value >= lower && value <= upper) << k;
            // The upper bound last: of bounds in the wrong order it wins.
            const float raised = value < lower ? lower : value;
            y[i + k] = raised > upper ? upper : raised;
        }
        if (inside) inside[i / 8] = (uint8_t)byte;
    }
}

CK_INLINE float power(float x, float exponent) {
    return exponent == 2      ? x * x
           : exponent == 3    ? x * x * x
           : exponent == 1    ? x
           : exponent == 0.5f ? sqrtf(x)
                              : powf(x, exponent);
}

void ck_power(const float *restrict x, float exponent, float *restrict y, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) y[i] = power(x[i], exponent);
}

void ck_power_gradient(float *restrict gradient, const float *restrict x, float exponent, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) gradient[i] *= exponent * power(x[i], exponent - 1);
}

#define CK_PAIRS(name, expression)                                                                                      \
    CK_HOT void name(const float *pa, ptrdiff_t a_step, const float *pb, ptrdiff_t b_step, float *restrict result,        \
                     ptrdiff_t count) {                                                                                 \
        if (a_step && b_step) {                                                                                         \
            for (ptrdiff_t i = 0; i < count; i++) {                                                                     \
                const float a = pa[i], b = pb[i];                                                                       \
                result[i] = expression;                                                                                 \
            }                                                                                                           \
        } else {                                                                                                        \
            for (ptrdiff_t i = 0; i < count; i++) {                                                                     \
                const float a = pa[i * a_step], b = pb[i * b_step];                                                     \
                result[i] = expression;                                                                                 \
            }                                                                                                           \
        }                                                                                                               \
    }

CK_PAIRS(ck_divide, a / b)
CK_PAIRS(ck_greater, a > b || a != a ? a : b)
CK_PAIRS(ck_lesser, a < b || a != a ? a : b)
CK_PAIRS(ck_greater_share, a > b ? 1 : a == b ? 0.5f : 0)
CK_PAIRS(ck_lesser_share, a < b ? 1 : a == b ? 0.5f : 0)

void ck_raise(const float *a, ptrdiff_t a_step, const float *b, ptrdiff_t b_step, float *restrict result,
              ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) result[i] = powf(a[i * a_step], b[i * b_step]);
}

CK_HOT void ck_scale_by(float *restrict gradient, const float *restrict other, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) gradient[i] *= other[i];
}

CK_HOT void ck_divide_by(float *restrict gradient, const float *restrict other, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) gradient[i] /= other[i];
}

void ck_sine_gradient(float *restrict gradient, const float *restrict x, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) gradient[i] *= cosf(x[i]);
}

void ck_cosine_gradient(float *restrict gradient, const float *restrict x, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) gradient[i] *= -sinf(x[i]);
}

CK_HOT void ck_select(const float *restrict chosen, const float *restrict source, float *restrict values,
                      ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) values[i] = chosen[i] != 0 ? source[i] : values[i];
}
