#include "CKernels.h"
#include "Finish.h"
#include "Hot.h"
#include "Lanes.h"
#include "Winograd.h"

// Winograd's F(4x4, 3x3) over planes of vectors of sixteen channels. Point p of a tile is row p / 6, column p % 6 of its transform.

// One tile's patch of 6 x 6 vectors, half a vector at a time; line is the distance between its lines.
#define TILE_INPUT(patch, line, to, point_step)                                                                         \
    do {                                                                                                                \
        lanes t[6][6];                                                                                                  \
        _Pragma("clang loop unroll(full)") for (int j = 0; j < 6; j++) {                                                \
            lanes column[6];                                                                                            \
            const float *from = (patch) + j * 16;                                                                       \
            W_INPUT(column, LOAD(from), LOAD(from + (line)), LOAD(from + 2 * (line)), LOAD(from + 3 * (line)),           \
                    LOAD(from + 4 * (line)), LOAD(from + 5 * (line)));                                                  \
            _Pragma("clang loop unroll(full)") for (int i = 0; i < 6; i++) t[i][j] = column[i];                         \
        }                                                                                                               \
        _Pragma("clang loop unroll(full)") for (int i = 0; i < 6; i++) {                                                \
            lanes row[6];                                                                                               \
            W_INPUT(row, t[i][0], t[i][1], t[i][2], t[i][3], t[i][4], t[i][5]);                                         \
            _Pragma("clang loop unroll(full)") for (int j = 0; j < 6; j++) STORE(row[j], (to) + (i * 6 + j) * (point_step)); \
        }                                                                                                               \
    } while (0)

CK_HOT void ck_tile_input(const float *plane, ck_tiling tiling, ptrdiff_t first, ptrdiff_t count, float *to,
                          ptrdiff_t point_step) {
    float edge[36 * 16] __attribute__((aligned(64)));
    for (ptrdiff_t n = 0; n < count; n++) {
        if (!plane) {
            for (ptrdiff_t p = 0; p < 36; p++)
                for (int i = 0; i < 16; i++) to[n * 16 + p * point_step + i] = 0;
            continue;
        }
        const ptrdiff_t tile = first + n;
        const ptrdiff_t y = tile / tiling.across * 4 + tiling.offset_height, x = tile % tiling.across * 4 + tiling.offset_width;
        const float *patch = plane + (y * tiling.source_width + x) * 16;
        ptrdiff_t line = tiling.source_width * 16;
        if (y < 0 || x < 0 || y + 6 > tiling.source_height || x + 6 > tiling.source_width) {
            for (ptrdiff_t i = 0; i < 6; i++) {
                for (ptrdiff_t j = 0; j < 6; j++) {
                    float *at = edge + (i * 6 + j) * 16;
                    const int inside = y + i >= 0 && y + i < tiling.source_height && x + j >= 0 && x + j < tiling.source_width;
                    const float *from = patch + i * line + j * 16;
                    for (int half = 0; half < 16; half += 8) STORE(inside ? LOAD(from + half) : (lanes)0, at + half);
                }
            }
            patch = edge;
            line = 6 * 16;
        }
        TILE_INPUT(patch, line, to + n * 16, point_step);
        TILE_INPUT(patch + 8, line, to + n * 16 + 8, point_step);
    }
}

CK_HOT void ck_tile_output(const float *from, ptrdiff_t point_step, ck_tiling tiling, ptrdiff_t first, ptrdiff_t count,
                           float *plane, ck_finish finish) {
    for (ptrdiff_t n = 0; n < count; n++) {
        const ptrdiff_t tile = first + n;
        const ptrdiff_t y = tile / tiling.across * 4, x = tile % tiling.across * 4;
        const ptrdiff_t height = tiling.height - y < 4 ? tiling.height - y : 4;
        const ptrdiff_t width = tiling.width - x < 4 ? tiling.width - x : 4;
        for (int half = 0; half < 2; half++) {
            const float *m = from + n * 16 + half * 8;
            lanes t[4][6];
#pragma clang loop unroll(full)
            for (int j = 0; j < 6; j++) {
                lanes column[4];
                const float *at = m + j * point_step;
                W_OUTPUT(column, LOAD(at), LOAD(at + 6 * point_step), LOAD(at + 12 * point_step), LOAD(at + 18 * point_step),
                         LOAD(at + 24 * point_step), LOAD(at + 30 * point_step));
#pragma clang loop unroll(full)
                for (int i = 0; i < 4; i++) t[i][j] = column[i];
            }
#pragma clang loop unroll(full)
            for (int i = 0; i < 4; i++) {
                if (i >= height) break;
                lanes row[4];
                W_OUTPUT(row, t[i][0], t[i][1], t[i][2], t[i][3], t[i][4], t[i][5]);
                const ptrdiff_t place = (y + i) * tiling.width + x;
                if (width == 4) {
#pragma clang loop unroll(full)
                    for (int j = 0; j < 4; j++) FINISH_STORE(row[j], half, finish, place + j, plane);
                } else {
#pragma clang loop unroll(full)
                    for (int j = 0; j < 3; j++)
                        if (j < width) FINISH_STORE(row[j], half, finish, place + j, plane);
                }
            }
        }
    }
}

CK_HOT void ck_tile_weights(const float *block, const ptrdiff_t *taps, float *to, ptrdiff_t point_step, ptrdiff_t row_step) {
    for (ptrdiff_t k = 0; k < 16; k++) {
        for (int half = 0; half < 2; half++) {
            const float *from = block + k * 16 + half * 8;
            lanes t[6][3];
#pragma clang loop unroll(full)
            for (int j = 0; j < 3; j++) {
                lanes column[6];
                W_WEIGHTS(column, LOAD(from + taps[j] * 256), LOAD(from + taps[3 + j] * 256), LOAD(from + taps[6 + j] * 256));
#pragma clang loop unroll(full)
                for (int i = 0; i < 6; i++) t[i][j] = column[i];
            }
#pragma clang loop unroll(full)
            for (int i = 0; i < 6; i++) {
                lanes row[6];
                W_WEIGHTS(row, t[i][0], t[i][1], t[i][2]);
#pragma clang loop unroll(full)
                for (int j = 0; j < 6; j++) STORE(row[j], to + (i * 6 + j) * point_step + k * row_step + half * 8);
            }
        }
    }
}
