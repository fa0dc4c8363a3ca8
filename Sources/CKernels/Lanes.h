#pragma once

#include <stdint.h>

typedef float lanes __attribute__((ext_vector_type(8)));
typedef double wide_lanes __attribute__((ext_vector_type(8)));
typedef int32_t masks __attribute__((ext_vector_type(8)));
typedef _Bool bits __attribute__((ext_vector_type(8)));

// Eight values at any float's address, which may be written through another type. Macros, since a vector as an argument of a function would
// depend on the instruction set.
typedef float unaligned_lanes __attribute__((ext_vector_type(8), aligned(4), may_alias));
#define LOAD(address) ((lanes)(*(const unaligned_lanes *)(address)))
#define STORE(values, address) (*(unaligned_lanes *)(address) = (unaligned_lanes)(values))
#define WIDEN(values) __builtin_convertvector((values), wide_lanes)
#define LANE_SUM(s) ((((s)[0] + (s)[1]) + ((s)[2] + (s)[3])) + (((s)[4] + (s)[5]) + ((s)[6] + (s)[7])))
#define SELECT(mask, a, b) ((lanes)(((masks)(a) & (mask)) | ((masks)(b) & ~(mask))))
