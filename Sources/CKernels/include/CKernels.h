#pragma once

#include <stddef.h>
#include <stdint.h>

#include "Functions.h"
#include "Movement.h"
#include "Noise.h"
#include "Training.h"

// Hot loops of the autodiff core: pointers and extents, no allocation, no threads. All arrays are dense float32 unless a stride is passed;
// counts are in elements. Loops are compiled for several instruction sets and the loader picks the best one.

// One axis of a tap convolution. Destination element start + j * spacing, j in 0..<count, sums the source elements j * step + offsets[k]
// over its taps; those outside 0..<source_extent are zero.
typedef struct {
    ptrdiff_t count, step, taps;
    const ptrdiff_t *offsets;
    ptrdiff_t source_extent, start, spacing, destination_extent;
} ck_axis;

typedef struct {
    ck_axis depth, height, width;
} ck_plan;

// Writes the patch matrix of a tap convolution: rows [row, row + rows) of the (channel, depth tap, height tap, width tap) list, columns
// [position, position + positions) of the row-major list of destination positions. Row r of the result starts at columns + r * stride.
void ck_gather(const float *source, ck_plan plan, ptrdiff_t row, ptrdiff_t rows, ptrdiff_t position, ptrdiff_t positions,
               float *columns, ptrdiff_t stride);

// Writes a block [channels, positions] to its places in a destination whose elements are not consecutive.
void ck_place(const float *block, ptrdiff_t stride, ck_plan plan, ptrdiff_t channels, ptrdiff_t position,
              ptrdiff_t positions, float *destination);

// Adds the rows (channel, height tap, width tap) of a patch matrix over the output rows [row, row + rows) of one time slice back to where
// they were read: the transpose of ck_gather within a slice. height and width describe the forward convolution.
void ck_scatter_slice(const float *columns, ptrdiff_t stride, ck_axis height, ck_axis width, ptrdiff_t channels,
                      ptrdiff_t row, ptrdiff_t rows, float *slice, ptrdiff_t channel_stride);

// One destination channel of a tap convolution with few channels, by direct summation: destination is written where the plan puts it.
// weights [channels, depth taps, height taps, width taps]; source [channels, volume]. slice, slices: range of destination depth positions.
void ck_direct(const float *source, ck_plan plan, ptrdiff_t channels, const float *weights, ptrdiff_t slice,
               ptrdiff_t slices, float *destination);

// Taps along the width that ck_depthwise takes at most.
#define CK_DEPTHWISE_TAPS 64

// The same for one channel that is summed from one: weights [depth taps, height taps, width taps].
void ck_depthwise(const float *source, ck_plan plan, const float *weights, float *scratch, float *destination);

// Values of work memory that it takes.
ptrdiff_t ck_depthwise_scratch(ck_plan plan);

// values[i] += addends[i]
void ck_accumulate(float *values, const float *addends, ptrdiff_t count);

// values[i] += addend
void ck_add_scalar(float *values, float addend, ptrdiff_t count);

// result[i] = values[i] * factor + addend
void ck_affine(const float *values, float factor, float addend, float *result, ptrdiff_t count);

// Sum in double, in eight interleaved lanes: the order is fixed by the count alone.
double ck_sum(const float *values, ptrdiff_t count);

// Sum of a[i] * b[i] in double, in the order of ck_sum.
double ck_dot(const float *a, const float *b, ptrdiff_t count);

// sums[i] += values[i]
void ck_add_to_doubles(double *sums, const float *values, ptrdiff_t count);

// result[i] = a[i * a_step] (op) b[i * b_step]; steps are 0 or 1.
void ck_add(const float *a, ptrdiff_t a_step, const float *b, ptrdiff_t b_step, float *result, ptrdiff_t count);
void ck_subtract(const float *a, ptrdiff_t a_step, const float *b, ptrdiff_t b_step, float *result, ptrdiff_t count);
void ck_multiply(const float *a, ptrdiff_t a_step, const float *b, ptrdiff_t b_step, float *result, ptrdiff_t count);

// result = max(values, 0), not-a-number kept. signs, if given, takes one bit a value: values[i] > 0, the lowest bit first.
void ck_relu(const float *values, float *result, uint8_t *signs, ptrdiff_t count);

// gradient[i] = bit i of signs ? gradient[i] : 0
void ck_mask(float *gradient, const uint8_t *signs, ptrdiff_t count);

// One axis of a pooling: window j covers the elements j * stride - padding + k, k in 0..<window, of which those in 0..<extent exist. Every
// window covers at least one.
typedef struct {
    ptrdiff_t extent, count, window, stride, padding;
} ck_pool_axis;

typedef struct {
    ck_pool_axis depth, height, width;
} ck_pool;

// One depth slice of the maxima of a plane's windows. Not-a-number wins; of equal values the first in row-major order. Which element of the
// window it was goes to bytes or to words, if given, as a row-major index into the whole window.
void ck_max_pool(const float *plane, ck_pool pool, ptrdiff_t slice, float *result, uint8_t *bytes, uint32_t *words);

// The transpose, for a whole plane: each window's gradient goes to the element it was taken from. Exactly one of bytes and words is given.
void ck_max_pool_gradient(const float *gradient, const uint8_t *bytes, const uint32_t *words, ck_pool pool, float *plane);

// One depth slice of the means of a plane's windows. counts_padding: whether padding counts as zeros or not at all.
void ck_average_pool(const float *plane, ck_pool pool, ptrdiff_t slice, int counts_padding, float *result);

// The transpose, for a whole plane.
void ck_average_pool_gradient(const float *gradient, ck_pool pool, int counts_padding, float *plane);

// One axis of an image that is sampled at any coordinates. A coordinate g stands for the element g * scale + offset; border says whether it is
// clamped to the elements that exist, or elements outside are zero.
typedef struct {
    ptrdiff_t extent;
    double scale, offset;
    int border;
} ck_sample_axis;

// Samples the channels of image [channels, height, width] bilinearly at grid [count, (x, y)]: result[c * stride + i].
void ck_grid_sample(const float *image, ptrdiff_t channels, ck_sample_axis height, ck_sample_axis width, const float *grid,
                    ptrdiff_t count, float *result, ptrdiff_t stride);

// The gradient by one channel, plane [height, width], from the gradient by its samples [count].
void ck_grid_sample_image_gradient(const float *gradient, ck_sample_axis height, ck_sample_axis width, const float *grid,
                                   ptrdiff_t count, float *plane);

// The gradient by the grid, result [count, (x, y)], from the gradient by the samples, gradient[c * stride + i]. The slope at an element is that
// towards the next one, and zero where a coordinate is clamped or on the border to it.
void ck_grid_sample_grid_gradient(const float *image, ptrdiff_t channels, ck_sample_axis height, ck_sample_axis width,
                                  const float *grid, const float *gradient, ptrdiff_t stride, ptrdiff_t count,
                                  float *result);

// Bilinear warps of one plane [height, width] by a displacement in pixels (x right, y down): pixel p reads at p + flow(p). Coordinates outside
// are held at the border; a displacement that is not a number makes what it touches not a number. Extents fit 24 bits.

// warped[p] = image(p + flow(p))
void ck_warp(const float *image, const float *flow_x, const float *flow_y, ptrdiff_t height, ptrdiff_t width, float *warped);

// sum += the transpose of ck_warp applied to gradient: what pixel p read gets back what p has.
void ck_warp_transposed(const float *gradient, const float *flow_x, const float *flow_y, ptrdiff_t height, ptrdiff_t width,
                        float *sum);

// sum_x[p] += gradient[p] * d image(p + flow(p)) / d flow_x(p), and the same by y: the slope inside the bilinear cell, the right-hand (lower) cell
// at integers, zero where the coordinate is held at the border or lies on it.
void ck_warp_slopes(const float *image, const float *gradient, const float *flow_x, const float *flow_y, ptrdiff_t height,
                    ptrdiff_t width, float *sum_x, float *sum_y);

// Activations, elementwise: y from x, and gradient[i] *= slope, from x or from y as the argument is named.
void ck_sigmoid(const float *x, float *y, ptrdiff_t count);
void ck_sigmoid_gradient(float *gradient, const float *y, ptrdiff_t count);
void ck_tanh(const float *x, float *y, ptrdiff_t count);
void ck_tanh_gradient(float *gradient, const float *y, ptrdiff_t count);
void ck_silu(const float *x, float *y, ptrdiff_t count);
void ck_silu_gradient(float *gradient, const float *x, ptrdiff_t count);
void ck_gelu(const float *x, float *y, ptrdiff_t count);
void ck_gelu_gradient(float *gradient, const float *x, ptrdiff_t count);
void ck_gelu_tanh(const float *x, float *y, ptrdiff_t count);
void ck_gelu_tanh_gradient(float *gradient, const float *x, ptrdiff_t count);
void ck_hardswish(const float *x, float *y, ptrdiff_t count);
void ck_hardswish_gradient(float *gradient, const float *x, ptrdiff_t count);

// result = values * factor + addend clamped to 0...upper, not-a-number kept. inside, if given, takes one bit a value: strictly between, the
// lowest bit first.
void ck_clamp(const float *values, float factor, float addend, float upper, float *result, uint8_t *inside,
              ptrdiff_t count);

// Softmax down each of some adjacent columns, over count values that are stride apart; the sum in double. result may not overlap values.
void ck_softmax(const float *values, ptrdiff_t count, ptrdiff_t stride, ptrdiff_t columns, float *result);

// The gradient by the values, in place of that by the result.
void ck_softmax_gradient(float *gradient, const float *result, ptrdiff_t count, ptrdiff_t stride, ptrdiff_t columns);

// Mean and 1 / √(variance + epsilon) of some values, in double.
typedef struct {
    double mean, inverse;
} ck_statistics;

ck_statistics ck_row_statistics(const float *x, ptrdiff_t count, double epsilon);

// y = (x - mean) * inverse * scale + shift; without scale or shift 1 and 0.
void ck_normalize_row(const float *x, ptrdiff_t count, ck_statistics statistics, const float *scale, const float *shift,
                      float *y);

// The gradient by x, in place of that by y, through the statistics too.
void ck_normalize_row_gradient(float *gradient, const float *x, ptrdiff_t count, ck_statistics statistics,
                               const float *scale);

// The gradient by some adjacent values of the scale: a sum over rows that are stride apart.
void ck_normalize_scale_gradient(const float *gradient, const float *x, ptrdiff_t rows, ptrdiff_t stride,
                                 const ck_statistics *statistics, ptrdiff_t columns, float *by_scale);

// Linear interpolation along an axis: result[j] = (1 - weights[j]) * x[lower[j]] + weights[j] * x[upper[j]], for each of some adjacent columns whose
// values are stride apart.
void ck_interpolate(const float *x, ptrdiff_t stride, ptrdiff_t columns, const int32_t *lower, const int32_t *upper,
                    const float *weights, ptrdiff_t count, float *result);

// The transpose: writes extent values of each column.
void ck_interpolate_gradient(const float *gradient, ptrdiff_t stride, ptrdiff_t columns, const int32_t *lower,
                             const int32_t *upper, const float *weights, ptrdiff_t count, ptrdiff_t extent, float *result);

// Below, activations lie in blocks of sixteen channels: [time, channel block, height, width, 16], the missing channels of the last block zero. A
// plane is one block of one time slice: vectors of sixteen values. Weights lie as [output block, input block, tap, 16 inputs, 16 outputs].

// What becomes of a result: value + bias + addend, then cut at zero (rectifies) with the sign bits remembered, or masked by remembered bits. Nil
// where not wanted. bias has sixteen values; the others begin at the destination's first vector, two bytes of bits a vector. addend may be the
// destination.
typedef struct {
    const float *bias, *addend;
    uint8_t *signs;
    const uint8_t *mask;
    int rectifies;
} ck_finish;

// Results c [vectors][rows][16], c_step apart, (+)= left [blocks][rows][16], a_step apart, times b [blocks][16][16 * vectors], vectors 1 or 2.
void ck_block_multiply(const float *a, ptrdiff_t a_step, const float *b, ptrdiff_t blocks, ptrdiff_t rows, ptrdiff_t vectors,
                       float *c, ptrdiff_t c_step, int accumulates);

// The vectors of a plane [height, width] that positions in rows of `across` meet: position (y, x) meets (y * step + offset, x * step + offset).
typedef struct {
    ptrdiff_t height, width, step_height, offset_height, step_width, offset_width, across;
} ck_window;

// Copies the vectors that the positions [first, first + count) meet; zeros outside of the plane, and for a nil plane.
void ck_block_gather(const float *plane, ck_window window, ptrdiff_t first, ptrdiff_t count, float *to);

// Finishes vectors and writes them where their positions meet the plane, all inside.
void ck_block_place(const float *from, ck_window window, ptrdiff_t first, ptrdiff_t count, float *plane, ck_finish finish);

// Finishes vectors in place.
void ck_block_finish(float *values, ptrdiff_t count, ck_finish finish);

// Transposes blocks of 16 x 16.
void ck_block_transpose(const float *from, float *to, ptrdiff_t count);

// Copies a block of 16 x 16 to rows that are row_step apart.
void ck_block_copy(const float *block, float *to, ptrdiff_t row_step);

// values[i] = vector * factor for a plane of vectors, masked by the bits if given.
void ck_block_fill(const float *vector, float factor, float *values, ptrdiff_t count, const uint8_t *mask);

// Vectors out of `channels` (1 to 16) planes of values that are `step` apart; the channels that are missing are zero. And back.
void ck_block_pack(const float *planes, ptrdiff_t step, ptrdiff_t channels, float *vectors, ptrdiff_t count);
void ck_block_unpack(const float *vectors, ptrdiff_t count, float *planes, ptrdiff_t step, ptrdiff_t channels);

// sums[0...15] += the sum of vectors.
void ck_block_sums(const float *values, ptrdiff_t count, double *sums);

// Winograd's tiles of 4 x 4 results over a plane of height x width, `across` tiles a line. A tile reads 6 x 6 vectors of the source plane from its
// own corner plus the offset on.
typedef struct {
    ptrdiff_t source_height, source_width, offset_height, offset_width, across, height, width;
} ck_tiling;

// The transforms of the tiles [first, first + count), 36 points each: to[p * point_step + tile * 16]. Zeros for a nil plane.
void ck_tile_input(const float *plane, ck_tiling tiling, ptrdiff_t first, ptrdiff_t count, float *to, ptrdiff_t point_step);

// The results of tiles from their 36 points.
void ck_tile_output(const float *from, ptrdiff_t point_step, ck_tiling tiling, ptrdiff_t first, ptrdiff_t count, float *plane,
                    ck_finish finish);

// The transforms of a block of weights [tap, 16, 16] whose nine taps, in the order of what they read, are named: to[p * point_step + k * row_step].
void ck_tile_weights(const float *block, const ptrdiff_t *taps, float *to, ptrdiff_t point_step, ptrdiff_t row_step);

// The same along time: six slices (nil for one outside) make the six points of four results each.
void ck_time_input(const float *const *slices, ptrdiff_t first, ptrdiff_t count, float *to, ptrdiff_t point_step);

// Writes the first `slices` of the four results; slice_step is in vectors.
void ck_time_output(const float *from, ptrdiff_t point_step, ptrdiff_t first, ptrdiff_t count, ptrdiff_t slices,
                    ptrdiff_t slice_step, float *plane, ck_finish finish);

void ck_time_weights(const float *block, const ptrdiff_t *taps, float *to, ptrdiff_t point_step, ptrdiff_t row_step);

// Lines [first, first + lines) of a plane of single values, times factor plus addend, with zeros around; nil for a plane of zeros.
void ck_plane_pad(const float *plane, ptrdiff_t height, ptrdiff_t width, float factor, float addend, ptrdiff_t first,
                  ptrdiff_t lines, ptrdiff_t margin, float *to, ptrdiff_t to_width);

// Patches of height x width values from each of some padded planes, the corners `step` apart, `across` of them a line.
typedef struct {
    ptrdiff_t planes, plane, line, height, width, step_height, step_width, across;
} ck_patch;

// Writes patches as vectors of sixteen: to[block * block_step + position * 16]. row holds a patch, 32 values more than its size; eight values
// behind the padded planes may be read.
void ck_plane_gather(const float *padded, ck_patch patch, ptrdiff_t first, ptrdiff_t count, float *row, float *to,
                     ptrdiff_t block_step);

// Planes of height x width seen as cells of step_height x step_width, `across` of them a line.
typedef struct {
    ptrdiff_t across, step_height, step_width, channels, first_column, height, width, plane;
} ck_cells;

// Writes the vectors of cells, (row, column, channel) from first_column on, to planes of single values, times the channel's factor.
void ck_plane_scatter(const float *from, ck_cells cells, ptrdiff_t first, ptrdiff_t count, const float *factors, float *planes);
