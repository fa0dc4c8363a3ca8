#include "Object.h"

#include <cstdlib>
#include <cstring>
#include <dcmtk/dcmjpeg/djcparam.h>
#include <dcmtk/dcmjpeg/djeijg8.h>

using namespace cdicom;

cdcm_status cdcm_compress(
    const uint8_t *pixels, uint32_t columns, uint32_t rows, uint32_t quality, uint8_t **bytes, size_t *count,
    cdcm_message message) {
    *bytes = nullptr;
    *count = 0;
    return guarded(message, [&] {
        const DJCodecParameter parameters(
            ECC_lossyYCbCr, EDC_never, EUC_never, EPC_colorByPixel, OFFalse, OFFalse, OFTrue, OFTrue, 0, 8, 0, OFTrue,
            ESS_422);
        DJCompressIJG8Bit encoder(parameters, EJM_baseline, static_cast<Uint8>(quality));
        Uint8 *compressed = nullptr;
        Uint32 length = 0;
        // The encoder takes a buffer that it may write to, and doesn't.
        const OFCondition condition = encoder.encode(
            static_cast<Uint16>(columns), static_cast<Uint16>(rows), EPI_RGB, 3, const_cast<Uint8 *>(pixels),
            compressed, length);
        const std::unique_ptr<Uint8[]> owned(compressed);
        if (condition.bad() || compressed == nullptr) {
            write(message, "the JPEG encoder failed");
            return CDCM_DAMAGED;
        }
        *bytes = static_cast<uint8_t *>(std::malloc(length));
        if (*bytes == nullptr) throw std::bad_alloc();
        std::memcpy(*bytes, compressed, length);
        *count = length;
        return CDCM_OK;
    });
}
