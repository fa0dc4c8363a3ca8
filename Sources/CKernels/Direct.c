#include "CKernels.h"
#include "Hot.h"

CK_INLINE void add_run(const float *restrict from, ptrdiff_t step, float weight, float *restrict to, ptrdiff_t spacing,
                       ptrdiff_t n) {
    if (step == 1 && spacing == 1) {
        for (ptrdiff_t i = 0; i < n; i++) to[i] += weight * from[i];
    } else if (step == 2 && spacing == 1) {
        for (ptrdiff_t i = 0; i < n; i++) to[i] += weight * from[2 * i];
    } else if (step == 1 && spacing == 2) {
        for (ptrdiff_t i = 0; i < n; i++) to[2 * i] += weight * from[i];
    } else {
        for (ptrdiff_t i = 0; i < n; i++) to[i * spacing] += weight * from[i * step];
    }
}

CK_HOT void ck_direct(const float *source, ck_plan plan, ptrdiff_t channels, const float *weights, ptrdiff_t slice,
                      ptrdiff_t slices, float *destination) {
    const ck_axis d = plan.depth, h = plan.height, w = plan.width;
    const ptrdiff_t area = h.source_extent * w.source_extent;
    for (ptrdiff_t jd = slice; jd < slice + slices; jd++) {
        for (ptrdiff_t jh = 0; jh < h.count; jh++) {
            float *line = destination + ((d.start + jd * d.spacing) * h.destination_extent + h.start + jh * h.spacing) *
                                            w.destination_extent + w.start;
            for (ptrdiff_t i = 0; i < w.count; i++) line[i * w.spacing] = 0;
            for (ptrdiff_t c = 0; c < channels; c++) {
                for (ptrdiff_t kd = 0; kd < d.taps; kd++) {
                    const ptrdiff_t at_d = jd * d.step + d.offsets[kd];
                    if (at_d < 0 || at_d >= d.source_extent) continue;
                    for (ptrdiff_t kh = 0; kh < h.taps; kh++) {
                        const ptrdiff_t at_h = jh * h.step + h.offsets[kh];
                        if (at_h < 0 || at_h >= h.source_extent) continue;
                        const float *from = source + (c * d.source_extent + at_d) * area + at_h * w.source_extent;
                        const float *weight = weights + ((c * d.taps + kd) * h.taps + kh) * w.taps;
                        for (ptrdiff_t kw = 0; kw < w.taps; kw++) {
                            const ptrdiff_t offset = w.offsets[kw];
                            // The positions whose tap falls inside the source.
                            ptrdiff_t first = offset >= 0 ? 0 : (-offset + w.step - 1) / w.step;
                            ptrdiff_t last = w.source_extent > offset ? (w.source_extent - offset - 1) / w.step + 1 : 0;
                            if (last > w.count) last = w.count;
                            if (first >= last) continue;
                            add_run(from + first * w.step + offset, w.step, weight[kw], line + first * w.spacing, w.spacing,
                                    last - first);
                        }
                    }
                }
            }
        }
    }
}
