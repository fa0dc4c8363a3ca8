#include "CKernels.h"
#include "Finish.h"
#include "Hot.h"
#include "Lanes.h"

CK_INLINE void copy_vector(const float *from, float *to) {
    STORE(LOAD(from), to);
    STORE(LOAD(from + 8), to + 8);
}

CK_HOT void ck_block_gather(const float *plane, ck_window window, ptrdiff_t first, ptrdiff_t count, float *to) {
    ptrdiff_t line = first / window.across, at = first % window.across;
    for (ptrdiff_t n = 0; n < count;) {
        const ptrdiff_t y = line * window.step_height + window.offset_height;
        const ptrdiff_t run = count - n < window.across - at ? count - n : window.across - at;
        const int inside = plane && y >= 0 && y < window.height;
        const float *from = plane + y * window.width * 16;
        for (ptrdiff_t i = 0; i < run; i++) {
            const ptrdiff_t x = (at + i) * window.step_width + window.offset_width;
            float *place = to + (n + i) * 16;
            if (inside && x >= 0 && x < window.width) {
                copy_vector(from + x * 16, place);
            } else {
                STORE((lanes)0, place);
                STORE((lanes)0, place + 8);
            }
        }
        n += run;
        at = 0;
        line++;
    }
}

CK_HOT void ck_block_place(const float *from, ck_window window, ptrdiff_t first, ptrdiff_t count, float *plane,
                           ck_finish finish) {
    ptrdiff_t line = first / window.across, at = first % window.across;
    for (ptrdiff_t n = 0; n < count;) {
        const ptrdiff_t y = line * window.step_height + window.offset_height;
        const ptrdiff_t run = count - n < window.across - at ? count - n : window.across - at;
        for (ptrdiff_t i = 0; i < run; i++) {
            const ptrdiff_t place = y * window.width + (at + i) * window.step_width + window.offset_width;
            for (int half = 0; half < 2; half++)
                FINISH_STORE(LOAD(from + (n + i) * 16 + half * 8), half, finish, place, plane);
        }
        n += run;
        at = 0;
        line++;
    }
}

CK_HOT void ck_block_finish(float *values, ptrdiff_t count, ck_finish finish) {
    for (ptrdiff_t i = 0; i < count; i++)
        for (int half = 0; half < 2; half++) FINISH_STORE(LOAD(values + i * 16 + half * 8), half, finish, i, values);
}

CK_HOT void ck_block_transpose(const float *from, float *to, ptrdiff_t count) {
    for (ptrdiff_t block = 0; block < count; block++, from += 256, to += 256)
        for (int r = 0; r < 16; r++)
            for (int c = 0; c < 16; c++) to[c * 16 + r] = from[r * 16 + c];
}

CK_HOT void ck_block_copy(const float *block, float *to, ptrdiff_t row_step) {
    for (ptrdiff_t k = 0; k < 16; k++) copy_vector(block + k * 16, to + k * row_step);
}

CK_HOT void ck_block_fill(const float *vector, float factor, float *values, ptrdiff_t count, const uint8_t *mask) {
    const ck_finish finish = {.mask = mask};
    for (ptrdiff_t i = 0; i < count; i++)
        for (int half = 0; half < 2; half++) FINISH_STORE(LOAD(vector + half * 8) * factor, half, finish, i, values);
}

CK_HOT void ck_block_sums(const float *values, ptrdiff_t count, double *sums) {
    wide_lanes low = 0, high = 0;
    for (ptrdiff_t i = 0; i < count; i++) {
        low += WIDEN(LOAD(values + i * 16));
        high += WIDEN(LOAD(values + i * 16 + 8));
    }
    for (int i = 0; i < 8; i++) {
        sums[i] += low[i];
        sums[8 + i] += high[i];
    }
}

CK_HOT void ck_block_pack(const float *planes, ptrdiff_t step, ptrdiff_t channels, float *vectors, ptrdiff_t count) {
    // Sixteen positions at a time: their vectors stay in the first level cache while channel after channel is written into them.
    for (ptrdiff_t first = 0; first < count; first += 16) {
        const ptrdiff_t run = count - first < 16 ? count - first : 16;
        float *to = vectors + first * 16;
        for (ptrdiff_t channel = 0; channel < channels; channel++) {
            const float *from = planes + channel * step + first;
            for (ptrdiff_t i = 0; i < run; i++) to[i * 16 + channel] = from[i];
        }
        for (ptrdiff_t i = 0; i < run; i++)
            for (ptrdiff_t channel = channels; channel < 16; channel++) to[i * 16 + channel] = 0;
    }
}

CK_HOT void ck_block_unpack(const float *vectors, ptrdiff_t count, float *planes, ptrdiff_t step, ptrdiff_t channels) {
    for (ptrdiff_t first = 0; first < count; first += 16) {
        const ptrdiff_t run = count - first < 16 ? count - first : 16;
        const float *from = vectors + first * 16;
        for (ptrdiff_t channel = 0; channel < channels; channel++) {
            float *to = planes + channel * step + first;
            for (ptrdiff_t i = 0; i < run; i++) to[i] = from[i * 16 + channel];
        }
    }
}
