#pragma once

#include <stddef.h>
#include <stdint.h>

// values[i] += levels[r], held within 0...255, where r is the i-th run of sixteen random bits: eight from each counter of Philox4x32-10, the lower
// half of a word first. The counter's first word counts from 0; the others and the key are given.
void ck_add_noise(uint8_t *values, ptrdiff_t count, const int16_t *levels, const uint32_t *counter, const uint32_t *key);
