#include "CKernels.h"
#include "Exponential.h"
#include "Hot.h"
#include "Lanes.h"

#include <math.h>

CK_HOT void ck_scale_and_add(float *restrict values, float factor, const float *restrict addends, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) values[i] = values[i] * factor + addends[i];
}

CK_INLINE float largest(const float *values, float factor, ptrdiff_t count) {
    lanes best = (lanes)(-INFINITY);
    ptrdiff_t i = 0;
    for (; i + 8 <= count; i += 8) {
        const lanes x = LOAD(values + i) * factor;
        best = SELECT(x > best, x, best);
    }
    float result = -INFINITY;
    for (int k = 0; k < 8; k++) result = best[k] > result ? best[k] : result;
    for (; i < count; i++) result = values[i] * factor > result ? values[i] * factor : result;
    return result;
}

CK_HOT float ck_softmax_step(float *logits, float factor, ptrdiff_t count, float *top, double *sum) {
    const float found = largest(logits, factor, count);
    const float next = found > *top ? found : *top;
    // As long as all logits are minus infinity, nothing may be subtracted from them.
    const float base = next == -INFINITY ? 0 : next;
    for (ptrdiff_t i = 0; i < count; i++) logits[i] = exponential(logits[i] * factor - base);
    const float shrink = exponential(*top - base);
    *sum = *sum * (double)shrink + ck_sum(logits, count);
    *top = next;
    return shrink;
}

CK_HOT void ck_attention_slopes(float *restrict logits, float factor, float normalizer, float *restrict slopes,
                                float scale, float mean, ptrdiff_t count) {
    for (ptrdiff_t i = 0; i < count; i++) {
        const float weight = exponential(logits[i] * factor - normalizer);
        logits[i] = weight;
        slopes[i] = weight * (slopes[i] - mean) * scale;
    }
}

float ck_normalizer(float top, double sum) { return top + (float)log(sum); }
