#pragma once

#include <stddef.h>

// to[i * to_step] = from[i * from_step]
void ck_copy_strided(const float *from, ptrdiff_t from_step, float *to, ptrdiff_t to_step, ptrdiff_t count);

// to[r * to_stride + c] = from[c * from_stride + r], in tiles.
void ck_transpose(const float *from, ptrdiff_t from_stride, ptrdiff_t rows, ptrdiff_t columns, float *to,
                  ptrdiff_t to_stride);
