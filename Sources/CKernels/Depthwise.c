#include "CKernels.h"
#include "Hot.h"
#include "Lanes.h"

// Convolutions of one channel by one. The channel is copied once with zeros around its planes, its columns sorted by their residue of the step, so
// that every tap of eight results is one load, and results stay in registers while the sum over the taps runs.

// Where values lie in the copy: columns [residue][index] of a line, `line` values each, lines of a slice `slice` values together.
typedef struct {
    ptrdiff_t top, left, residues, columns, line, lines, slice, padded;
} layout;

static ptrdiff_t least(ck_axis axis) {
    ptrdiff_t found = axis.offsets[0];
    for (ptrdiff_t tap = 1; tap < axis.taps; tap++) found = axis.offsets[tap] < found ? axis.offsets[tap] : found;
    return found;
}

static ptrdiff_t most(ck_axis axis) {
    ptrdiff_t found = axis.offsets[0];
    for (ptrdiff_t tap = 1; tap < axis.taps; tap++) found = axis.offsets[tap] > found ? axis.offsets[tap] : found;
    return found;
}

static layout layout_of(ck_plan plan) {
    const ck_axis h = plan.height, w = plan.width;
    layout of;
    of.top = least(h);
    of.left = least(w);
    of.residues = w.step;
    of.padded = (w.count + 7) / 8 * 8;
    of.columns = of.padded + (most(w) - of.left) / w.step;
    of.line = of.residues * of.columns;
    of.lines = (h.count - 1) * h.step + most(h) - of.top + 1;
    of.slice = of.lines * of.line;
    return of;
}

// Rows of results at once, at most.
#define ROWS 4

ptrdiff_t ck_depthwise_scratch(ck_plan plan) {
    const layout of = layout_of(plan);
    return plan.depth.source_extent * of.slice + ROWS * of.padded;
}

static void copy_slice(const float *plane, ck_axis h, ck_axis w, layout of, float *to) {
    for (ptrdiff_t line = 0; line < of.lines; line++) {
        const ptrdiff_t at = line + of.top;
        for (ptrdiff_t residue = 0; residue < of.residues; residue++) {
            float *columns = to + line * of.line + residue * of.columns;
            // The indices whose column lies inside the source.
            ptrdiff_t first = 0, last = 0;
            const ptrdiff_t column = residue + of.left;
            if (at >= 0 && at < h.source_extent) {
                first = column >= 0 ? 0 : (-column + of.residues - 1) / of.residues;
                last = w.source_extent > column ? (w.source_extent - column - 1) / of.residues + 1 : 0;
                if (first > of.columns) first = of.columns;
                if (last > of.columns) last = of.columns;
            }
            if (first >= last) first = last = 0;
            for (ptrdiff_t i = 0; i < first; i++) columns[i] = 0;
            const float *from = plane + at * w.source_extent + column;
            if (of.residues == 1) {
                for (ptrdiff_t i = first; i < last; i++) columns[i] = from[i];
            } else {
                for (ptrdiff_t i = first; i < last; i++) columns[i] = from[i * of.residues];
            }
            for (ptrdiff_t i = last; i < of.columns; i++) columns[i] = 0;
        }
    }
}

// `rows` lines of `vectors` times eight results.
CK_INLINE void tile(int rows, int vectors, const float *copy, ck_plan plan, const float *weights, layout of, const ptrdiff_t *places,
                    ptrdiff_t slice, ptrdiff_t row, float *result) {
    const ck_axis d = plan.depth, h = plan.height, w = plan.width;
    lanes sum[4][4];
    _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++)
        _Pragma("clang loop unroll(full)") for (int v = 0; v < vectors; v++) sum[r][v] = (lanes)0;
    for (ptrdiff_t kd = 0; kd < d.taps; kd++) {
        const ptrdiff_t at = slice * d.step + d.offsets[kd];
        if (at < 0 || at >= d.source_extent) continue;
        for (ptrdiff_t kh = 0; kh < h.taps; kh++) {
            const float *line = copy + at * of.slice + (row * h.step + h.offsets[kh] - of.top) * of.line;
            const float *weight = weights + (kd * h.taps + kh) * w.taps;
            for (ptrdiff_t kw = 0; kw < w.taps; kw++) {
                const float *from = line + places[kw];
                _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++)
                    _Pragma("clang loop unroll(full)") for (int v = 0; v < vectors; v++)
                        sum[r][v] += weight[kw] * LOAD(from + r * h.step * of.line + v * 8);
            }
        }
    }
    _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++)
        _Pragma("clang loop unroll(full)") for (int v = 0; v < vectors; v++) STORE(sum[r][v], result + r * of.padded + v * 8);
}

CK_HOT void ck_depthwise(const float *source, ck_plan plan, const float *weights, float *scratch, float *destination) {
    const ck_axis d = plan.depth, h = plan.height, w = plan.width;
    const layout of = layout_of(plan);
    float *results = scratch + d.source_extent * of.slice;
    for (ptrdiff_t at = 0; at < d.source_extent; at++)
        copy_slice(source + at * h.source_extent * w.source_extent, h, w, of, scratch + at * of.slice);
    ptrdiff_t places[CK_DEPTHWISE_TAPS];
    for (ptrdiff_t kw = 0; kw < w.taps; kw++) {
        const ptrdiff_t right = w.offsets[kw] - of.left;
        places[kw] = right % of.residues * of.columns + right / of.residues;
    }
    for (ptrdiff_t jd = 0; jd < d.count; jd++) {
        for (ptrdiff_t row = 0; row < h.count;) {
            // Four rows where a line is short: one sum after the other would wait for itself.
            const ptrdiff_t rows = of.padded <= 16 && h.count - row >= 4 ? 4 : h.count - row >= 2 ? 2 : 1;
            for (ptrdiff_t column = 0; column < of.padded;) {
                const ptrdiff_t left = (of.padded - column) / 8;
                float *to = results + column;
                const float *copy = scratch + column;
                ptrdiff_t vectors = left >= 4 ? 4 : left;
                if (rows == 4) {
                    if (vectors > 2) vectors = 2;
                    if (vectors == 2) tile(4, 2, copy, plan, weights, of, places, jd, row, to);
                    else tile(4, 1, copy, plan, weights, of, places, jd, row, to);
                } else if (rows == 2) {
                    if (vectors == 4) tile(2, 4, copy, plan, weights, of, places, jd, row, to);
                    else if (vectors == 3) tile(2, 3, copy, plan, weights, of, places, jd, row, to);
                    else if (vectors == 2) tile(2, 2, copy, plan, weights, of, places, jd, row, to);
                    else tile(2, 1, copy, plan, weights, of, places, jd, row, to);
                } else {
                    if (vectors == 4) tile(1, 4, copy, plan, weights, of, places, jd, row, to);
                    else if (vectors == 3) tile(1, 3, copy, plan, weights, of, places, jd, row, to);
                    else if (vectors == 2) tile(1, 2, copy, plan, weights, of, places, jd, row, to);
                    else tile(1, 1, copy, plan, weights, of, places, jd, row, to);
                }
                column += vectors * 8;
            }
            for (ptrdiff_t r = 0; r < rows; r++) {
                float *line = destination + ((d.start + jd * d.spacing) * h.destination_extent + h.start + (row + r) * h.spacing) *
                                                w.destination_extent + w.start;
                const float *from = results + r * of.padded;
                if (w.spacing == 1) {
                    for (ptrdiff_t i = 0; i < w.count; i++) line[i] = from[i];
                } else {
                    for (ptrdiff_t i = 0; i < w.count; i++) line[i * w.spacing] = from[i];
                }
            }
            row += rows;
        }
    }
}
