#pragma once

#include "Hot.h"

#include <stdint.h>
#include <string.h>

CK_INLINE uint32_t bits_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

CK_INLINE float from_bits(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

// e to the x, within 2 units in the last place; 0 and infinity at the ends, subnormal numbers between, not-a-number kept. No branch and no
// call, so that loops over it vectorise.
CK_INLINE float exponential(float x) {
    const float low = x < -104 ? -104 : x, c = low > 89 ? 89 : low;
    // Adding 1.5 · 2²³ leaves the nearest integer in the lowest bits.
    const float magic = 12582912;
    const float shifted = c * 1.44269504f + magic, n = shifted - magic;
    // ln 2 in two parts, the first with so few bits that its product with n is exact.
    const float r = (c - n * 0.693359375f) - n * -2.12194440e-4f;
    // |r| ≤ ln 2 / 2: the series up to the seventh power is exact to 6e-9.
    float p = 1.0f / 5040;
    p = p * r + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    p = p * r + 1;
    p = p * r + 1;
    // 2ⁿ as a product of two, since n leaves the range of exponents at both ends.
    const int32_t whole = (int32_t)(bits_of(shifted) - bits_of(magic)), half = whole >> 1;
    return p * from_bits((uint32_t)(half + 127) << 23) * from_bits((uint32_t)(whole - half + 127) << 23);
}
