#include "CKernels.h"
#include "Exponential.h"
#include "Hot.h"
#include "Lanes.h"

CK_INLINE float sigmoid(float x) { return 1 / (1 + exponential(-x)); }

CK_INLINE float hyperbolic_tangent(float x) {
    const float z = x * x, size = x < 0 ? -x : x;
    // Near zero Lambert's continued fraction, exact to 2e-9: the other form would cancel.
    const float near = x * (945 + z * (105 + z)) / (945 + z * (420 + z * 15));
    const float far = 1 - 2 / (exponential(2 * size) + 1);
    return size < 0.6f ? near : x < 0 ? -far : far;
}

CK_HOT void ck_sigmoid(const float *restrict x, float *restrict y, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) y[i] = sigmoid(x[i]);
}

CK_HOT void ck_sigmoid_gradient(float *restrict gradient, const float *restrict y, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) gradient[i] *= y[i] * (1 - y[i]);
}

CK_HOT void ck_tanh(const float *restrict x, float *restrict y, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) y[i] = hyperbolic_tangent(x[i]);
}

CK_HOT void ck_tanh_gradient(float *restrict gradient, const float *restrict y, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) gradient[i] *= (1 - y[i]) * (1 + y[i]);
}

CK_HOT void ck_silu(const float *restrict x, float *restrict y, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) y[i] = x[i] * sigmoid(x[i]);
}

CK_HOT void ck_silu_gradient(float *restrict gradient, const float *restrict x, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) {
        const float s = sigmoid(x[i]);
        gradient[i] *= s * (1 + x[i] * (1 - s));
    }
}

// exp(-x²/2) and the normal distribution's lower tail P(X < x), for |x| ≤ 15, beyond which they no longer change.
typedef struct {
    float bell, lower;
} normal;

CK_INLINE normal normal_at(float x) {
    const float size = x < 0 ? -x : x, c = size > 15 ? 15 : size;
    const float bell = exponential(c * c * -0.5f), t = 1 / (1 + 0.24f * c);
    // Q(x) = bell · t · p(t), p fitted by Tests/Fixtures/generate/normal_tail.py to a relative error of 2e-8.
    float p = 2.587205533e-02f;
    p = p * t - 1.265310577e-01f;
    p = p * t + 2.099716507e-01f;
    p = p * t - 1.503177752e-01f;
    p = p * t + 1.465334032e-01f;
    p = p * t + 2.539509581e-02f;
    p = p * t + 8.872884943e-02f;
    p = p * t + 8.872401061e-02f;
    p = p * t + 9.588305334e-02f;
    p = p * t + 9.574071632e-02f;
    const float tail = bell * t * p;
    return (normal){bell, x < 0 ? tail : 1 - tail};
}

CK_HOT void ck_gelu(const float *restrict x, float *restrict y, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) y[i] = x[i] * normal_at(x[i]).lower;
}

CK_HOT void ck_gelu_gradient(float *restrict gradient, const float *restrict x, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) {
        const normal at = normal_at(x[i]);
        // 1 / √2π
        gradient[i] *= at.lower + x[i] * at.bell * 0.398942280f;
    }
}

// (1 + tanh u) / 2 = sigmoid(2u), with 2u = √(8/π) · (x + 0.044715 x³)
enum { GELU_END = 15 };
#define GELU_SCALE 1.59576912f
#define GELU_CUBE 0.044715f

CK_INLINE float gelu_end(float x) {
    const float low = x < -GELU_END ? -GELU_END : x;
    return low > GELU_END ? GELU_END : low;
}

CK_HOT void ck_gelu_tanh(const float *restrict x, float *restrict y, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) {
        const float c = gelu_end(x[i]);
        y[i] = x[i] * sigmoid(GELU_SCALE * (c + GELU_CUBE * c * c * c));
    }
}

CK_HOT void ck_gelu_tanh_gradient(float *restrict gradient, const float *restrict x, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) {
        const float c = gelu_end(x[i]);
        const float s = sigmoid(GELU_SCALE * (c + GELU_CUBE * c * c * c));
        gradient[i] *= s * (1 + c * (1 - s) * GELU_SCALE * (1 + 3 * GELU_CUBE * c * c));
    }
}

CK_HOT void ck_hardswish(const float *restrict x, float *restrict y, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) {
        const float ramp = x[i] + 3, low = ramp <= 0 ? 0 : ramp;
        y[i] = x[i] * ((low >= 6 ? 6 : low) / 6);
    }
}

CK_HOT void ck_hardswish_gradient(float *restrict gradient, const float *restrict x, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) {
        const float inner = x[i] / 3 + 0.5f;
        gradient[i] *= x[i] <= -3 ? 0 : x[i] >= 3 ? 1 : inner;
    }
}

CK_HOT void ck_clamp(const float *values, float factor, float addend, float upper, float *result, uint8_t *inside,
                     ptrdiff_t count) {
    ptrdiff_t i = 0;
    for (; i + 8 <= count; i += 8) {
        const lanes ramp = LOAD(values + i) * factor + addend;
        // Comparisons that not-a-number fails keep it.
        STORE(SELECT(ramp <= 0, (lanes)(0), SELECT(ramp >= upper, (lanes)(upper), ramp)), result + i);
        if (inside) {
            const bits slopes = __builtin_convertvector((ramp > 0) & (ramp < upper), bits);
            __builtin_memcpy(inside + i / 8, &slopes, 1);
        }
    }
    if (i < count) {
        uint8_t byte = 0;
        for (ptrdiff_t k = 0; i + k < count; k++) {
            const float ramp = values[i + k] * factor + addend;
            result[i + k] = ramp <= 0 ? 0 : ramp >= upper ? upper : ramp;
            byte |= (uint8_t)((ramp > 0 && ramp < upper) << k);
        }
        if (inside) inside[i / 8] = byte;
    }
}
