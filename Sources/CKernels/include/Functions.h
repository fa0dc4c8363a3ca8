#pragma once

#include <stddef.h>
#include <stdint.h>

// Elementwise functions: y from x, and gradient[i] *= slope, from x or from y as the argument is named.
void ck_exponential(const float *x, float *y, ptrdiff_t count);
void ck_logarithm(const float *x, float *y, ptrdiff_t count);
void ck_square_root(const float *x, float *y, ptrdiff_t count);
void ck_square_root_gradient(float *gradient, const float *y, ptrdiff_t count);
void ck_absolute(const float *x, float *y, ptrdiff_t count);
void ck_absolute_gradient(float *gradient, const float *x, ptrdiff_t count);
void ck_error_function(const float *x, float *y, ptrdiff_t count);
void ck_error_function_gradient(float *gradient, const float *x, ptrdiff_t count);
void ck_softplus(const float *x, float *y, ptrdiff_t count);
void ck_softplus_gradient(float *gradient, const float *x, ptrdiff_t count);
void ck_sine(const float *x, float *y, ptrdiff_t count);
void ck_cosine(const float *x, float *y, ptrdiff_t count);

// y = alpha * (exp(x / width) - 1) where x is not positive, else x * scale.
void ck_elu(const float *x, float alpha, float width, float scale, float *y, ptrdiff_t count);
void ck_elu_gradient(float *gradient, const float *x, float alpha, float width, float scale, ptrdiff_t count);

// y = x where x is positive, else x * slope. positive, if given, takes one bit a value, the lowest bit first.
void ck_leaky_relu(const float *x, float slope, float *y, uint8_t *positive, ptrdiff_t count);
void ck_leaky_relu_gradient(float *gradient, const uint8_t *positive, float slope, ptrdiff_t count);

// y = min(max(x, lower), upper), not-a-number kept. inside, if given, takes one bit a value: lower <= x <= upper, the lowest bit first.
void ck_clamp_between(const float *x, float lower, float upper, float *y, uint8_t *inside, ptrdiff_t count);

// x to the power of an exponent, and gradient[i] *= exponent * x[i]^(exponent - 1).
void ck_power(const float *x, float exponent, float *y, ptrdiff_t count);
void ck_power_gradient(float *gradient, const float *x, float exponent, ptrdiff_t count);

// result[i] = a[i * a_step] (op) b[i * b_step]; steps are 0 or 1. The greater and the lesser keep not-a-number.
void ck_divide(const float *a, ptrdiff_t a_step, const float *b, ptrdiff_t b_step, float *result, ptrdiff_t count);
void ck_raise(const float *a, ptrdiff_t a_step, const float *b, ptrdiff_t b_step, float *result, ptrdiff_t count);
void ck_greater(const float *a, ptrdiff_t a_step, const float *b, ptrdiff_t b_step, float *result, ptrdiff_t count);
void ck_lesser(const float *a, ptrdiff_t a_step, const float *b, ptrdiff_t b_step, float *result, ptrdiff_t count);

// The share of a in the gradient by the greater (lesser) of a and b: 1, 0, or where they are equal one half.
void ck_greater_share(const float *a, ptrdiff_t a_step, const float *b, ptrdiff_t b_step, float *result, ptrdiff_t count);
void ck_lesser_share(const float *a, ptrdiff_t a_step, const float *b, ptrdiff_t b_step, float *result, ptrdiff_t count);

// gradient[i] *= other[i], and /= other[i].
void ck_scale_by(float *gradient, const float *other, ptrdiff_t count);
void ck_divide_by(float *gradient, const float *other, ptrdiff_t count);

// gradient[i] *= cos(x[i]), and *= -sin(x[i]).
void ck_sine_gradient(float *gradient, const float *x, ptrdiff_t count);
void ck_cosine_gradient(float *gradient, const float *x, ptrdiff_t count);

// values[i] = source[i] where chosen[i] is not zero.
void ck_select(const float *chosen, const float *source, float *values, ptrdiff_t count);

// values[i] = values[i] * factor + addends[i]
void ck_scale_and_add(float *values, float factor, const float *addends, ptrdiff_t count);

// A further piece of a row whose softmax is taken piece by piece: logits[i] * factor, of which top was the greatest and sum the sum of the
// exponentials relative to it so far (at first minus infinity and 0). Overwrites the logits by their exponentials relative to the new top,
// and returns the factor that what was summed up relative to the old one is to be multiplied with.
float ck_softmax_step(float *logits, float factor, ptrdiff_t count, float *top, double *sum);

// Overwrites logits by weights = exp(logits * factor - normalizer), and slopes, the gradient by the weights, by the gradient by the logits before
// they were scaled: weights * (slopes - mean) * scale.
void ck_attention_slopes(float *logits, float factor, float normalizer, float *slopes, float scale, float mean,
                         ptrdiff_t count);

// The logarithm of a sum of exponentials that were taken relative to top: minus infinity for an empty one.
float ck_normalizer(float top, double sum);
