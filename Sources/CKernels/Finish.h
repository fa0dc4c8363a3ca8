#pragma once

#include "CKernels.h"
#include "Lanes.h"

// Stores one half of a finished vector: the i-th vector of sixteen from `destination` on. What the finish asks for does not change in a
// loop, so its branches are predicted.
#define FINISH_STORE(value, half, finish, i, destination)                                                              \
    do {                                                                                                               \
        lanes finished = (value);                                                                                      \
        if ((finish).bias) finished += LOAD((finish).bias + (half) * 8);                                               \
        if ((finish).addend) finished += LOAD((finish).addend + (i) * 16 + (half) * 8);                                \
        if ((finish).rectifies) {                                                                                      \
            const masks clamped = finished <= 0;                                                                       \
            if ((finish).signs) {                                                                                      \
                const bits positive = __builtin_convertvector(finished > 0, bits);                                     \
                __builtin_memcpy((finish).signs + (i) * 2 + (half), &positive, 1);                                     \
            }                                                                                                          \
            finished = (lanes)((masks)finished & ~clamped);                                                            \
        }                                                                                                              \
        if ((finish).mask) {                                                                                           \
            const masks each_bit = {1, 2, 4, 8, 16, 32, 64, 128};                                                         \
            const masks kept = ((masks)(int32_t)(finish).mask[(i) * 2 + (half)] & each_bit) != 0;                         \
            finished = (lanes)((masks)finished & kept);                                                                \
        }                                                                                                              \
        STORE(finished, (destination) + (i) * 16 + (half) * 8);                                                        \
    } while (0)
