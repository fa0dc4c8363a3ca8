#include "CKernels.h"
#include "Hot.h"
#include "Lanes.h"

CK_INLINE ptrdiff_t least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }
CK_INLINE ptrdiff_t most(ptrdiff_t a, ptrdiff_t b) { return a > b ? a : b; }

// The j of [from, to) for which j * step + offset lies in [0, extent), as [*first, *last).
CK_INLINE void valid_range(ptrdiff_t from, ptrdiff_t to, ptrdiff_t step, ptrdiff_t offset, ptrdiff_t extent,
                           ptrdiff_t *first, ptrdiff_t *last) {
    ptrdiff_t low = offset >= 0 ? 0 : (-offset + step - 1) / step;
    ptrdiff_t high = extent > offset ? (extent - offset - 1) / step + 1 : 0;
    *first = most(from, least(low, to));
    *last = most(*first, least(high, to));
}

// Copies n elements that lie step apart. Short runs are the rule, so no call to memcpy, and no loop that is unrolled for long ones: the last
// vector of a run overlaps the one before.
CK_INLINE void copy_run(const float *restrict from, ptrdiff_t step, float *restrict to, ptrdiff_t n) {
    if (n >= 8 && step == 1) {
        for (ptrdiff_t i = 0; i + 8 < n; i += 8) STORE(LOAD(from + i), to + i);
        STORE(LOAD(from + n - 8), to + n - 8);
    } else if (n >= 8 && step == 2) {
        // The second load begins one element early, so as not to read beyond the last element that is wanted.
#define EVEN(i) __builtin_shufflevector(LOAD(from + 2 * (i)), LOAD(from + 2 * (i) + 7), 0, 2, 4, 6, 9, 11, 13, 15)
        for (ptrdiff_t i = 0; i + 8 < n; i += 8) STORE(EVEN(i), to + i);
        STORE(EVEN(n - 8), to + n - 8);
#undef EVEN
    } else {
#pragma clang loop vectorize(disable) unroll(disable)
        for (ptrdiff_t i = 0; i < n; i++) to[i] = from[i * step];
    }
}

CK_INLINE void zero_run(float *to, ptrdiff_t n) {
    for (ptrdiff_t i = 0; i < n; i++) to[i] = 0;
}

CK_HOT void ck_gather(const float *source, ck_plan plan, ptrdiff_t row, ptrdiff_t rows, ptrdiff_t position,
                      ptrdiff_t positions, float *columns, ptrdiff_t stride) {
    const ck_axis d = plan.depth, h = plan.height, w = plan.width;
    const ptrdiff_t area = h.source_extent * w.source_extent;
    const ptrdiff_t first_line = position / w.count;
    for (ptrdiff_t r = 0; r < rows; r++) {
        const ptrdiff_t tap = row + r;
        const ptrdiff_t w_offset = w.offsets[tap % w.taps];
        const ptrdiff_t h_offset = h.offsets[tap / w.taps % h.taps];
        const ptrdiff_t d_offset = d.offsets[tap / (w.taps * h.taps) % d.taps];
        const float *channel = source + tap / (w.taps * h.taps * d.taps) * d.source_extent * area;
        float *to = columns + r * stride;
        ptrdiff_t low, high;
        valid_range(0, w.count, w.step, w_offset, w.source_extent, &low, &high);
        // A line is a row of destination positions; the first and the last one may be cut.
        ptrdiff_t line_h = first_line % h.count, line_d = first_line / h.count;
        ptrdiff_t from = position - first_line * w.count, left = positions;
        while (left > 0) {
            const ptrdiff_t until = least(w.count, from + left);
            const ptrdiff_t at_d = line_d * d.step + d_offset, at_h = line_h * h.step + h_offset;
            if (at_d < 0 || at_d >= d.source_extent || at_h < 0 || at_h >= h.source_extent) {
                zero_run(to, until - from);
            } else {
                const float *line = channel + at_d * area + at_h * w.source_extent + w_offset;
                const ptrdiff_t first = most(from, least(low, until)), last = most(first, least(high, until));
                zero_run(to, first - from);
                copy_run(line + first * w.step, w.step, to + (first - from), last - first);
                zero_run(to + (last - from), until - last);
            }
            to += until - from;
            left -= until - from;
            from = 0;
            if (++line_h == h.count) {
                line_h = 0;
                line_d++;
            }
        }
    }
}

CK_HOT void ck_place(const float *block, ptrdiff_t stride, ck_plan plan, ptrdiff_t channels, ptrdiff_t position,
                     ptrdiff_t positions, float *destination) {
    const ck_axis d = plan.depth, h = plan.height, w = plan.width;
    const ptrdiff_t area = h.destination_extent * w.destination_extent;
    for (ptrdiff_t c = 0; c < channels; c++) {
        const float *from = block + c * stride;
        float *channel = destination + c * d.destination_extent * area;
        ptrdiff_t line = position / w.count, at = position % w.count, left = positions;
        while (left > 0) {
            const ptrdiff_t n = least(w.count - at, left);
            const ptrdiff_t to_d = d.start + line / h.count * d.spacing, to_h = h.start + line % h.count * h.spacing;
            float *to = channel + to_d * area + to_h * w.destination_extent + w.start + at * w.spacing;
            if (w.spacing == 2) {
                for (ptrdiff_t i = 0; i < n; i++) to[2 * i] = from[i];
            } else {
                for (ptrdiff_t i = 0; i < n; i++) to[i * w.spacing] = from[i];
            }
            from += n;
            left -= n;
            at = 0;
            line++;
        }
    }
}

CK_HOT void ck_scatter_slice(const float *columns, ptrdiff_t stride, ck_axis height, ck_axis width, ptrdiff_t channels,
                             ptrdiff_t row, ptrdiff_t rows, float *slice, ptrdiff_t channel_stride) {
    for (ptrdiff_t c = 0; c < channels; c++) {
        for (ptrdiff_t kh = 0; kh < height.taps; kh++) {
            for (ptrdiff_t kw = 0; kw < width.taps; kw++) {
                const float *from = columns + ((c * height.taps + kh) * width.taps + kw) * stride;
                ptrdiff_t first, last;
                valid_range(0, width.count, width.step, width.offsets[kw], width.source_extent, &first, &last);
                for (ptrdiff_t r = 0; r < rows; r++) {
                    const ptrdiff_t at = (row + r) * height.step + height.offsets[kh];
                    if (at < 0 || at >= height.source_extent) continue;
                    float *restrict to = slice + c * channel_stride + at * width.source_extent + width.offsets[kw];
                    const float *restrict values = from + r * width.count;
                    if (width.step == 1) {
                        for (ptrdiff_t i = first; i < last; i++) to[i] += values[i];
                    } else if (width.step == 2) {
                        for (ptrdiff_t i = first; i < last; i++) to[2 * i] += values[i];
                    } else {
                        for (ptrdiff_t i = first; i < last; i++) to[i * width.step] += values[i];
                    }
                }
            }
        }
    }
}
