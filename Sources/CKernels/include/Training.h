#pragma once

#include <stddef.h>
#include <stdint.h>

// Loops that only training runs, over one channel's values of one sample. signs, where given, has one bit a value, the lowest first: a gradient
// whose bit is not set counts as zero.

// sums[0] = the sum of the values, sums[1] = that of their squares, in double.
void ck_moments(const float *values, ptrdiff_t count, double *sums);

// sums[0] = the sum of the gradient, sums[1] = that of gradient * values, in double.
void ck_gradient_moments(const float *gradient, const uint8_t *signs, const float *values, ptrdiff_t count, double *sums);

// gradient[i] = gradient[i] * factor + values[i] * slope + addend
void ck_normalization_gradient(float *gradient, const uint8_t *signs, const float *values, ptrdiff_t count, float factor,
                               float slope, float addend);

// gradient[i] = bit i of signs ? gradient[i] * factor : 0
void ck_mask_scaled(float *gradient, const uint8_t *signs, float factor, ptrdiff_t count);
