#include "Movement.h"

#include "Hot.h"

CK_HOT void ck_copy_strided(const float *restrict from, ptrdiff_t from_step, float *restrict to, ptrdiff_t to_step,
                            ptrdiff_t count) {
    if (from_step == 1 && to_step == 1) {
        __builtin_memcpy(to, from, (size_t)count * sizeof(float));
    } else if (to_step == 1) {
        for (ptrdiff_t i = 0; i < count; i++) to[i] = from[i * from_step];
    } else {
        for (ptrdiff_t i = 0; i < count; i++) to[i * to_step] = from[i * from_step];
    }
}

enum { TILE = 16 };

CK_HOT void ck_transpose(const float *restrict from, ptrdiff_t from_stride, ptrdiff_t rows, ptrdiff_t columns,
                         float *restrict to, ptrdiff_t to_stride) {
    for (ptrdiff_t r = 0; r < rows; r += TILE) {
        const ptrdiff_t height = rows - r < TILE ? rows - r : TILE;
        for (ptrdiff_t c = 0; c < columns; c += TILE) {
            const ptrdiff_t width = columns - c < TILE ? columns - c : TILE;
            for (ptrdiff_t i = 0; i < height; i++)
                for (ptrdiff_t j = 0; j < width; j++)
                    to[(r + i) * to_stride + c + j] = from[(c + j) * from_stride + r + i];
        }
    }
}
