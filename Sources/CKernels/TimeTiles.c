#include "CKernels.h"
#include "Finish.h"
#include "Hot.h"
#include "Lanes.h"
#include "Winograd.h"

// Winograd's F(4, 3) along time, over planes of vectors of sixteen channels: six slices make four.

CK_HOT void ck_time_input(const float *const *slices, ptrdiff_t first, ptrdiff_t count, float *to, ptrdiff_t point_step) {
    // A slice outside the clip is nil and counts as zeros: one vector of them, read again and again.
    static const float zeros[16] __attribute__((aligned(64)));
    const float *from[6];
    ptrdiff_t step[6];
    for (int i = 0; i < 6; i++) {
        from[i] = slices[i] ? slices[i] + first * 16 : zeros;
        step[i] = slices[i] ? 16 : 0;
    }
    for (ptrdiff_t n = 0; n < count; n++) {
        for (int half = 0; half < 16; half += 8) {
            lanes row[6];
            W_INPUT(row, LOAD(from[0] + n * step[0] + half), LOAD(from[1] + n * step[1] + half), LOAD(from[2] + n * step[2] + half),
                    LOAD(from[3] + n * step[3] + half), LOAD(from[4] + n * step[4] + half), LOAD(from[5] + n * step[5] + half));
#pragma clang loop unroll(full)
            for (int i = 0; i < 6; i++) STORE(row[i], to + n * 16 + half + i * point_step);
        }
    }
}

CK_HOT void ck_time_output(const float *from, ptrdiff_t point_step, ptrdiff_t first, ptrdiff_t count, ptrdiff_t slices,
                           ptrdiff_t slice_step, float *plane, ck_finish finish) {
    for (ptrdiff_t n = 0; n < count; n++) {
        for (int half = 0; half < 2; half++) {
            const float *m = from + n * 16 + half * 8;
            lanes y[4];
            W_OUTPUT(y, LOAD(m), LOAD(m + point_step), LOAD(m + 2 * point_step), LOAD(m + 3 * point_step),
                     LOAD(m + 4 * point_step), LOAD(m + 5 * point_step));
            const ptrdiff_t place = first + n;
#pragma clang loop unroll(full)
            for (int i = 0; i < 4; i++)
                if (i < slices) FINISH_STORE(y[i], half, finish, place + i * slice_step, plane);
        }
    }
}

CK_HOT void ck_time_weights(const float *block, const ptrdiff_t *taps, float *to, ptrdiff_t point_step, ptrdiff_t row_step) {
    for (ptrdiff_t k = 0; k < 16; k++) {
        for (int half = 0; half < 16; half += 8) {
            const float *from = block + k * 16 + half;
            lanes u[6];
            W_WEIGHTS(u, LOAD(from + taps[0] * 256), LOAD(from + taps[1] * 256), LOAD(from + taps[2] * 256));
#pragma clang loop unroll(full)
            for (int i = 0; i < 6; i++) STORE(u[i], to + i * point_step + k * row_step + half);
        }
    }
}
