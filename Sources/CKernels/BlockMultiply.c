#include "CKernels.h"
#include "Hot.h"

// Products of blocked matrices, the heart of the frozen networks' convolutions. Everything lies in vectors of sixteen channels, so that a
// product needs no packing: sixteen columns of the result are one vector, and the left operand's values are broadcast from where they are.

typedef float wide __attribute__((ext_vector_type(16), aligned(4), may_alias));
#define WIDE(address) (*(const wide *)(address))

// One register tile: `rows` x (16 * vectors) results, which stay in registers while the sum over `blocks` * 16 runs. What was there before is
// added at the end: partial sums of like size lose less than one that grows.
#define CK_TILE(a, a_step, b, blocks, rows, vectors, b_width, c, c_step, accumulates)                                   \
    do {                                                                                                                \
        wide sum[rows][vectors];                                                                                        \
        _Pragma("clang loop unroll(full)") for (int r = 0; r < (rows); r++)                                             \
            _Pragma("clang loop unroll(full)") for (int v = 0; v < (vectors); v++)                                      \
                sum[r][v] = (wide)0;                                                                                    \
        const float *left = (a), *right = (b);                                                                          \
        for (ptrdiff_t block = 0; block < (blocks); block++) {                                                          \
            _Pragma("clang loop unroll(full)") for (int r = 0; r < (rows); r++)                                         \
                __builtin_prefetch(left + (a_step) + r * 16);                                                           \
            _Pragma("clang loop unroll_count(4)") for (int k = 0; k < 16; k++) {                                        \
                wide column[vectors];                                                                                   \
                _Pragma("clang loop unroll(full)") for (int v = 0; v < (vectors); v++)                                  \
                    column[v] = WIDE(right + k * (b_width) + v * 16);                                                   \
                _Pragma("clang loop unroll(full)") for (int r = 0; r < (rows); r++)                                     \
                    _Pragma("clang loop unroll(full)") for (int v = 0; v < (vectors); v++)                              \
                        sum[r][v] += left[r * 16 + k] * column[v];                                                      \
            }                                                                                                           \
            left += (a_step);                                                                                           \
            right += 16 * (b_width);                                                                                    \
        }                                                                                                               \
        _Pragma("clang loop unroll(full)") for (int r = 0; r < (rows); r++)                                             \
            _Pragma("clang loop unroll(full)") for (int v = 0; v < (vectors); v++)                                      \
                *(wide *)((c) + v * (c_step) + r * 16) =                                                                \
                    (accumulates) ? WIDE((c) + v * (c_step) + r * 16) + sum[r][v] : sum[r][v];                          \
    } while (0)

typedef void tile_function(const float *a, ptrdiff_t a_step, const float *b, ptrdiff_t blocks, float *c, ptrdiff_t c_step,
                           int accumulates);

#define CK_TILE_FUNCTION(isa, target, rows, vectors, b_width)                                                           \
    target static void isa##_##rows##x##vectors##_##b_width(const float *a, ptrdiff_t a_step, const float *b,           \
                                                            ptrdiff_t blocks, float *c, ptrdiff_t c_step,               \
                                                            int accumulates) {                                          \
        CK_TILE(a, a_step, b, blocks, rows, vectors, b_width, c, c_step, accumulates);                                  \
    }

#if defined(__x86_64__)
#define V4 __attribute__((target("arch=x86-64-v4"), min_vector_width(512)))
#define V3 __attribute__((target("arch=x86-64-v3")))
#define V4_ROWS(rows) CK_TILE_FUNCTION(v4, V4, rows, 2, 32)
V4_ROWS(1) V4_ROWS(2) V4_ROWS(3) V4_ROWS(4) V4_ROWS(5) V4_ROWS(6) V4_ROWS(7) V4_ROWS(8) V4_ROWS(9) V4_ROWS(10) V4_ROWS(11)
V4_ROWS(12) V4_ROWS(13) V4_ROWS(14)
#define V4_NARROW(rows) CK_TILE_FUNCTION(v4, V4, rows, 1, 16)
V4_NARROW(1) V4_NARROW(2) V4_NARROW(3) V4_NARROW(4) V4_NARROW(5) V4_NARROW(6) V4_NARROW(7) V4_NARROW(8) V4_NARROW(9)
V4_NARROW(10) V4_NARROW(11) V4_NARROW(12) V4_NARROW(13) V4_NARROW(14)
static tile_function *const v4_tiles[2][14] = {
    {v4_1x1_16, v4_2x1_16, v4_3x1_16, v4_4x1_16, v4_5x1_16, v4_6x1_16, v4_7x1_16, v4_8x1_16, v4_9x1_16, v4_10x1_16,
     v4_11x1_16, v4_12x1_16, v4_13x1_16, v4_14x1_16},
    {v4_1x2_32, v4_2x2_32, v4_3x2_32, v4_4x2_32, v4_5x2_32, v4_6x2_32, v4_7x2_32, v4_8x2_32, v4_9x2_32, v4_10x2_32,
     v4_11x2_32, v4_12x2_32, v4_13x2_32, v4_14x2_32},
};
#define V3_ROWS(rows) CK_TILE_FUNCTION(v3, V3, rows, 1, 16) CK_TILE_FUNCTION(v3, V3, rows, 1, 32)
V3_ROWS(1) V3_ROWS(2) V3_ROWS(3) V3_ROWS(4) V3_ROWS(5) V3_ROWS(6)
static tile_function *const v3_tiles[2][6] = {
    {v3_1x1_16, v3_2x1_16, v3_3x1_16, v3_4x1_16, v3_5x1_16, v3_6x1_16},
    {v3_1x1_32, v3_2x1_32, v3_3x1_32, v3_4x1_32, v3_5x1_32, v3_6x1_32},
};
#endif

#define PLAIN_ROWS(rows) CK_TILE_FUNCTION(plain, , rows, 1, 16) CK_TILE_FUNCTION(plain, , rows, 1, 32)
PLAIN_ROWS(1) PLAIN_ROWS(2)
static tile_function *const plain_tiles[2][2] = {{plain_1x1_16, plain_2x1_16}, {plain_1x1_32, plain_2x1_32}};

// What the processor runs: 4 for 512-bit vectors, 3 for 256-bit ones with fused multiply-add, 1 for anything.
static int level(void) {
#if defined(__x86_64__)
    static int found;
    int known = __atomic_load_n(&found, __ATOMIC_RELAXED);
    if (known) return known;
    __builtin_cpu_init();
    known = __builtin_cpu_supports("x86-64-v4") ? 4 : __builtin_cpu_supports("x86-64-v3") ? 3 : 1;
    __atomic_store_n(&found, known, __ATOMIC_RELAXED);
    return known;
#else
    return 1;
#endif
}

// Runs tiles of at most `most` rows, as even as they can be: a last tile of one row would cost as much as one of eight.
static void run_rows(tile_function *const *tiles, ptrdiff_t most, const float *a, ptrdiff_t a_step, const float *b,
                     ptrdiff_t blocks, ptrdiff_t rows, float *c, ptrdiff_t c_step, int accumulates) {
    for (ptrdiff_t left = (rows + most - 1) / most; left > 0; left--) {
        const ptrdiff_t take = (rows + left - 1) / left;
        tiles[take - 1](a, a_step, b, blocks, c, c_step, accumulates);
        a += take * 16;
        c += take * 16;
        rows -= take;
    }
}

static void multiply_some(const float *a, ptrdiff_t a_step, const float *b, ptrdiff_t blocks, ptrdiff_t rows, ptrdiff_t vectors,
                          float *c, ptrdiff_t c_step, int accumulates) {
    const int available = level();
#if defined(__x86_64__)
    if (available == 4) {
        run_rows(v4_tiles[vectors - 1], 14, a, a_step, b, blocks, rows, c, c_step, accumulates);
        return;
    }
#endif
    // One vector of sixteen at a time fills the registers already.
    for (ptrdiff_t v = 0; v < vectors; v++) {
#if defined(__x86_64__)
        if (available == 3) {
            run_rows(v3_tiles[vectors - 1], 6, a, a_step, b + v * 16, blocks, rows, c + v * c_step, c_step, accumulates);
            continue;
        }
#endif
        run_rows(plain_tiles[vectors - 1], 2, a, a_step, b + v * 16, blocks, rows, c + v * c_step, c_step, accumulates);
    }
    (void)available;
}

// Blocks that are summed before the sum joins the others: 128 products. A convolution sums thousands, and rounding grows with the partial sums
// that it meets; this many keep it near that of a sum by halves, and the right operand's 16 KB in the first level cache.
#define BLOCKS_AT_ONCE 8

void ck_block_multiply(const float *a, ptrdiff_t a_step, const float *b, ptrdiff_t blocks, ptrdiff_t rows, ptrdiff_t vectors,
                       float *c, ptrdiff_t c_step, int accumulates) {
    ptrdiff_t first = 0;
    // Once at least: a sum over nothing is zero.
    do {
        const ptrdiff_t take = blocks - first < BLOCKS_AT_ONCE ? blocks - first : BLOCKS_AT_ONCE;
        multiply_some(a + first * a_step, a_step, b + first * 256 * vectors, take, rows, vectors, c, c_step,
                      accumulates || first > 0);
        first += BLOCKS_AT_ONCE;
    } while (first < blocks);
}
