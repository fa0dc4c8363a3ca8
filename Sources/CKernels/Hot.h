#pragma once

// Compiles a function for three instruction sets; the dynamic loader picks one. "avx2" alone would leave out fused multiply-add.
// Other processors have their vector unit in the baseline.
#if defined(__x86_64__) && defined(__linux__)
#define CK_HOT __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CK_HOT
#endif

// Inlined into the hot function, hence compiled for its instruction set.
#define CK_INLINE static inline __attribute__((always_inline))
