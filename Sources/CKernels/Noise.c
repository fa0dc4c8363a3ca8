#include "CKernels.h"
#include "Hot.h"

// Eight counters at a time, each 32-bit word in a 64-bit lane for the wide product.
typedef uint64_t words __attribute__((ext_vector_type(8)));

#define LOW(x) ((x) & 0xFFFFFFFF)

CK_HOT void ck_add_noise(uint8_t *values, ptrdiff_t count, const int16_t *levels, const uint32_t *counter, const uint32_t *key) {
    const words places = {0, 1, 2, 3, 4, 5, 6, 7};
    for (ptrdiff_t first = 0; first < count; first += 64) {
        words a = LOW(places + (uint64_t)(first / 8)), b = (words)counter[0], c = (words)counter[1], d = (words)counter[2];
        uint32_t k = key[0], l = key[1];
        for (int round = 0; round < 10; round++) {
            const words left = a * 0xD2511F53, right = c * 0xCD9E8D57;
            a = (right >> 32) ^ b ^ (words)(uint64_t)k;
            b = LOW(right);
            c = (left >> 32) ^ d ^ (words)(uint64_t)l;
            d = LOW(left);
            k += 0x9E3779B9;
            l += 0xBB67AE85;
        }
        uint64_t random[16];
        const words pairs = a | b << 32, others = c | d << 32;
        for (int block = 0; block < 8; block++) {
            random[2 * block] = pairs[block];
            random[2 * block + 1] = others[block];
        }
        const ptrdiff_t here = count - first < 64 ? count - first : 64;
        for (ptrdiff_t i = 0; i < here; i++) {
            const int sum = values[first + i] + levels[random[i / 4] >> 16 * (i & 3) & 0xFFFF];
            values[first + i] = (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
        }
    }
}
