#pragma once

#include <stddef.h>
#include <stdint.h>

// Dense optical flow by OpenCV behind a C interface.
//
// Frames are 8-bit luma, row-major without padding, width * height bytes. The flow of a pixel p of `from` points to its place in `to`:
// from(p) ~ to(p + (x(p), y(p))), in pixels, x to the right, y down; two planes of width * height floats.
//
// Every function may be called from several threads at once and runs on the calling thread alone. No exception leaves it: the result is 0, or
// another number with a text in `message` (always terminated, cut at `capacity` bytes).

#ifdef __cplusplus
extern "C" {
#endif

enum { COF_OK = 0, COF_FAILED = 1 };

typedef struct {
    const uint8_t *from;
    const uint8_t *to;
    int32_t width;
    int32_t height;
} cof_pair;

typedef struct {
    float *x;
    float *y;
} cof_planes;

typedef struct {
    char *text;
    size_t capacity;
} cof_message;

// The parameters of cv::calcOpticalFlowFarneback under its names.
typedef struct {
    double pyramid_scale;
    int32_t levels;
    int32_t window;
    int32_t iterations;
    int32_t poly_n;
    double poly_sigma;
    int32_t flags;
} cof_farneback_parameters;

int cof_farneback(cof_pair pair, cof_farneback_parameters parameters, cof_planes flow, cof_message message);

typedef enum { COF_DIS_ULTRAFAST, COF_DIS_FAST, COF_DIS_MEDIUM } cof_dis_preset;

// The caller refuses frames that are too small: on some of them OpenCV 4.6 reads outside its images and crashes.
int cof_dis(cof_pair pair, cof_dis_preset preset, cof_planes flow, cof_message message);

// The library's version, such as "4.6.0".
const char *cof_library_version(void);

// The flag of a Gaussian in place of a box window in Farneback's method.
int32_t cof_farneback_gaussian_flag(void);

#ifdef __cplusplus
}
#endif
