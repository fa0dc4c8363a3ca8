#include "CKernels.h"
#include "Hot.h"

#include <math.h>
#include <string.h>

// Windows of one output row that are worked on together; their state stays in registers and the first-level cache.
enum { CHUNK = 64 };

CK_INLINE ptrdiff_t least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }
CK_INLINE ptrdiff_t most(ptrdiff_t a, ptrdiff_t b) { return a > b ? a : b; }

// A range of taps or of windows.
typedef struct {
    ptrdiff_t first, last;
} range;

CK_INLINE ptrdiff_t start_of(ck_pool_axis axis, ptrdiff_t j) { return j * axis.stride - axis.padding; }

// The taps of window j that fall on elements.
CK_INLINE range taps_of(ck_pool_axis axis, ptrdiff_t j) {
    const ptrdiff_t start = start_of(axis, j);
    return (range){most(0, -start), least(axis.window, axis.extent - start)};
}

// The taps of any of the windows [from, until) that fall on elements: a window may be much larger than the input.
CK_INLINE range taps_among(ck_pool_axis axis, ptrdiff_t from, ptrdiff_t until) {
    return (range){taps_of(axis, until - 1).first, taps_of(axis, from).last};
}

// How many taps of window j count for a mean. A window may reach beyond even the padding; what is there never counts.
CK_INLINE ptrdiff_t weight_of(ck_pool_axis axis, ptrdiff_t j, int counts_padding) {
    const range taps = taps_of(axis, j);
    return counts_padding ? least(axis.window, axis.extent + axis.padding - start_of(axis, j)) : taps.last - taps.first;
}

// The windows among [from, until) whose given tap falls on an element.
CK_INLINE range windows_with(ck_pool_axis axis, ptrdiff_t tap, ptrdiff_t from, ptrdiff_t until) {
    const ptrdiff_t before = axis.padding - tap, room = axis.extent + axis.padding - tap;
    const ptrdiff_t first = before > 0 ? (before + axis.stride - 1) / axis.stride : 0;
    const ptrdiff_t last = room > 0 ? (room + axis.stride - 1) / axis.stride : 0;
    const ptrdiff_t low = most(from, least(first, until));
    return (range){low, most(low, least(last, until))};
}

CK_INLINE void keep_larger(const float *from, ptrdiff_t step, int32_t tap, float *restrict best, int32_t *restrict taps,
                           ptrdiff_t n) {
    for (ptrdiff_t i = 0; i < n; i++) {
        const float x = from[i * step];
        const int wins = (x > best[i]) | (x != x);
        best[i] = wins ? x : best[i];
        taps[i] = wins ? tap : taps[i];
    }
}

CK_HOT void ck_max_pool(const float *plane, ck_pool pool, ptrdiff_t slice, float *result, uint8_t *bytes,
                        uint32_t *words) {
    const ck_pool_axis d = pool.depth, h = pool.height, w = pool.width;
    const range ds = taps_of(d, slice);
    for (ptrdiff_t jh = 0; jh < h.count; jh++) {
        const range hs = taps_of(h, jh);
        for (ptrdiff_t from = 0; from < w.count; from += CHUNK) {
            const ptrdiff_t n = least(CHUNK, w.count - from), at = jh * w.count + from;
            const range ws = taps_among(w, from, from + n);
            float best[CHUNK];
            int32_t taps[CHUNK];
            // A window of nothing but -infinity keeps its first element.
            for (ptrdiff_t i = 0; i < n; i++) {
                best[i] = -INFINITY;
                taps[i] = (int32_t)((ds.first * h.window + hs.first) * w.window + taps_of(w, from + i).first);
            }
            for (ptrdiff_t kd = ds.first; kd < ds.last; kd++) {
                for (ptrdiff_t kh = hs.first; kh < hs.last; kh++) {
                    const float *line =
                        plane + ((start_of(d, slice) + kd) * h.extent + start_of(h, jh) + kh) * w.extent;
                    for (ptrdiff_t kw = ws.first; kw < ws.last; kw++) {
                        const range js = windows_with(w, kw, from, from + n);
                        if (js.first == js.last) continue;
                        const float *values = line + start_of(w, js.first) + kw;
                        const int32_t tap = (int32_t)((kd * h.window + kh) * w.window + kw);
                        float *to = best + (js.first - from);
                        int32_t *chosen = taps + (js.first - from);
                        if (w.stride == 1) {
                            keep_larger(values, 1, tap, to, chosen, js.last - js.first);
                        } else if (w.stride == 2) {
                            keep_larger(values, 2, tap, to, chosen, js.last - js.first);
                        } else {
                            keep_larger(values, w.stride, tap, to, chosen, js.last - js.first);
                        }
                    }
                }
            }
            for (ptrdiff_t i = 0; i < n; i++) result[at + i] = best[i];
            if (bytes)
                for (ptrdiff_t i = 0; i < n; i++) bytes[at + i] = (uint8_t)taps[i];
            if (words)
                for (ptrdiff_t i = 0; i < n; i++) words[at + i] = (uint32_t)taps[i];
        }
    }
}

CK_HOT void ck_max_pool_gradient(const float *gradient, const uint8_t *bytes, const uint32_t *words, ck_pool pool,
                                 float *plane) {
    const ck_pool_axis d = pool.depth, h = pool.height, w = pool.width;
    memset(plane, 0, (size_t)(d.extent * h.extent * w.extent) * sizeof(float));
    ptrdiff_t at = 0;
    for (ptrdiff_t jd = 0; jd < d.count; jd++) {
        for (ptrdiff_t jh = 0; jh < h.count; jh++) {
            for (ptrdiff_t jw = 0; jw < w.count; jw++, at++) {
                const uint32_t tap = bytes ? bytes[at] : words[at];
                const ptrdiff_t kw = tap % (uint32_t)w.window, line = tap / (uint32_t)w.window;
                const ptrdiff_t kh = line % h.window, kd = line / h.window;
                plane[((start_of(d, jd) + kd) * h.extent + start_of(h, jh) + kh) * w.extent + start_of(w, jw) + kw] +=
                    gradient[at];
            }
        }
    }
}

CK_INLINE void add_to_sums(const float *from, ptrdiff_t step, double *restrict sums, ptrdiff_t n) {
    for (ptrdiff_t i = 0; i < n; i++) sums[i] += (double)from[i * step];
}

CK_HOT void ck_average_pool(const float *plane, ck_pool pool, ptrdiff_t slice, int counts_padding, float *result) {
    const ck_pool_axis d = pool.depth, h = pool.height, w = pool.width;
    const range ds = taps_of(d, slice);
    const ptrdiff_t d_weight = weight_of(d, slice, counts_padding);
    for (ptrdiff_t jh = 0; jh < h.count; jh++) {
        const range hs = taps_of(h, jh);
        const ptrdiff_t dh_weight = d_weight * weight_of(h, jh, counts_padding);
        for (ptrdiff_t from = 0; from < w.count; from += CHUNK) {
            const ptrdiff_t n = least(CHUNK, w.count - from);
            const range ws = taps_among(w, from, from + n);
            double sums[CHUNK] = {0};
            for (ptrdiff_t kd = ds.first; kd < ds.last; kd++) {
                for (ptrdiff_t kh = hs.first; kh < hs.last; kh++) {
                    const float *line =
                        plane + ((start_of(d, slice) + kd) * h.extent + start_of(h, jh) + kh) * w.extent;
                    for (ptrdiff_t kw = ws.first; kw < ws.last; kw++) {
                        const range js = windows_with(w, kw, from, from + n);
                        if (js.first == js.last) continue;
                        const float *values = line + start_of(w, js.first) + kw;
                        if (w.stride == 2) {
                            add_to_sums(values, 2, sums + (js.first - from), js.last - js.first);
                        } else {
                            add_to_sums(values, w.stride, sums + (js.first - from), js.last - js.first);
                        }
                    }
                }
            }
            for (ptrdiff_t i = 0; i < n; i++) {
                result[jh * w.count + from + i] =
                    (float)(sums[i] / (double)(dh_weight * weight_of(w, from + i, counts_padding)));
            }
        }
    }
}

CK_HOT void ck_average_pool_gradient(const float *gradient, ck_pool pool, int counts_padding, float *plane) {
    const ck_pool_axis d = pool.depth, h = pool.height, w = pool.width;
    memset(plane, 0, (size_t)(d.extent * h.extent * w.extent) * sizeof(float));
    for (ptrdiff_t jd = 0; jd < d.count; jd++) {
        const range ds = taps_of(d, jd);
        const ptrdiff_t d_weight = weight_of(d, jd, counts_padding);
        for (ptrdiff_t jh = 0; jh < h.count; jh++) {
            const range hs = taps_of(h, jh);
            const ptrdiff_t dh_weight = d_weight * weight_of(h, jh, counts_padding);
            for (ptrdiff_t from = 0; from < w.count; from += CHUNK) {
                const ptrdiff_t n = least(CHUNK, w.count - from);
                const range ws = taps_among(w, from, from + n);
                float shares[CHUNK];
                for (ptrdiff_t i = 0; i < n; i++) {
                    const double weight = (double)(dh_weight * weight_of(w, from + i, counts_padding));
                    shares[i] = (float)((double)gradient[(jd * h.count + jh) * w.count + from + i] / weight);
                }
                for (ptrdiff_t kd = ds.first; kd < ds.last; kd++) {
                    for (ptrdiff_t kh = hs.first; kh < hs.last; kh++) {
                        float *line = plane + ((start_of(d, jd) + kd) * h.extent + start_of(h, jh) + kh) * w.extent;
                        for (ptrdiff_t kw = ws.first; kw < ws.last; kw++) {
                            const range js = windows_with(w, kw, from, from + n);
                            if (js.first == js.last) continue;
                            float *restrict to = line + start_of(w, js.first) + kw;
                            const float *restrict share = shares + (js.first - from);
                            for (ptrdiff_t i = 0; i < js.last - js.first; i++) to[i * w.stride] += share[i];
                        }
                    }
                }
            }
        }
    }
}
