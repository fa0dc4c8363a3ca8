#include <algorithm>
#include <cstring>
#include <memory>
#include <openjpeg-2.5/openjpeg.h>

#include "Object.h"

namespace cdicom {
namespace {

// A stream in memory, as OpenJPEG reads it.
struct Reading {
    const std::vector<uint8_t> &bytes;
    size_t position = 0;
};

OPJ_SIZE_T read(void *target, OPJ_SIZE_T count, void *user) {
    Reading &reading = *static_cast<Reading *>(user);
    const size_t rest = reading.bytes.size() - reading.position;
    if (rest == 0) return static_cast<OPJ_SIZE_T>(-1);
    const size_t taken = std::min<size_t>(rest, count);
    std::memcpy(target, reading.bytes.data() + reading.position, taken);
    reading.position += taken;
    return taken;
}

OPJ_OFF_T skip(OPJ_OFF_T count, void *user) {
    Reading &reading = *static_cast<Reading *>(user);
    const size_t rest = reading.bytes.size() - reading.position;
    if (count < 0) return -1;
    const size_t skipped = std::min<size_t>(rest, static_cast<size_t>(count));
    reading.position += skipped;
    return static_cast<OPJ_OFF_T>(skipped);
}

OPJ_BOOL seek(OPJ_OFF_T position, void *user) {
    Reading &reading = *static_cast<Reading *>(user);
    if (position < 0 || static_cast<size_t>(position) > reading.bytes.size()) return OPJ_FALSE;
    reading.position = static_cast<size_t>(position);
    return OPJ_TRUE;
}

struct FreeStream {
    void operator()(opj_stream_t *stream) const { opj_stream_destroy(stream); }
};
struct FreeCodec {
    void operator()(opj_codec_t *codec) const { opj_destroy_codec(codec); }
};
struct FreeImage {
    void operator()(opj_image_t *image) const { opj_image_destroy(image); }
};
struct FreeInfo {
    void operator()(opj_codestream_info_v2_t *info) const { opj_destroy_cstr_info(&info); }
};

// Every component as large as the attributes say, with as many bits as fit.
bool fits(const opj_image_t &image, const cdcm_layout &layout) {
    if (image.numcomps != layout.samples) return false;
    for (OPJ_UINT32 index = 0; index < image.numcomps; index++) {
        const opj_image_comp_t &component = image.comps[index];
        if (component.w != layout.columns || component.h != layout.rows || component.prec > layout.bits_allocated)
            return false;
    }
    return true;
}

}  // namespace

cdcm_status decode_jpeg2000(
    const std::vector<uint8_t> &bytes, const cdcm_layout &layout, uint8_t *buffer, size_t capacity,
    cdcm_frame_facts &facts, cdcm_message message) {
    const uint32_t width = layout.bits_allocated / 8;
    const size_t samples = static_cast<size_t>(layout.rows) * layout.columns * layout.samples;
    if (samples * width > capacity) return CDCM_TOO_LARGE;
    Reading reading{bytes};
    const bool is_boxed = bytes.size() > 12 && bytes[0] == 0 && std::memcmp(bytes.data() + 4, "jP  ", 4) == 0;
    std::unique_ptr<opj_stream_t, FreeStream> stream(opj_stream_default_create(OPJ_TRUE));
    std::unique_ptr<opj_codec_t, FreeCodec> codec(opj_create_decompress(is_boxed ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K));
    if (stream == nullptr || codec == nullptr) throw std::bad_alloc();
    opj_stream_set_user_data(stream.get(), &reading, nullptr);
    opj_stream_set_user_data_length(stream.get(), bytes.size());
    opj_stream_set_read_function(stream.get(), read);
    opj_stream_set_skip_function(stream.get(), skip);
    opj_stream_set_seek_function(stream.get(), seek);
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    opj_image_t *header = nullptr;
    const bool is_begun = opj_setup_decoder(codec.get(), &parameters) && opj_decoder_set_strict_mode(codec.get(), OPJ_TRUE)
        && opj_read_header(stream.get(), codec.get(), &header);
    std::unique_ptr<opj_image_t, FreeImage> image(header);
    if (!is_begun || image == nullptr) {
        write(message, "its JPEG 2000 header is damaged");
        return CDCM_DAMAGED;
    }
    if (!fits(*image, layout)) {
        write(message, "its JPEG 2000 stream is of another size than the object says");
        return CDCM_DAMAGED;
    }
    std::unique_ptr<opj_codestream_info_v2_t, FreeInfo> info(opj_get_cstr_info(codec.get()));
    // With the transform of components the decoder gives red, green and blue back, whatever the attributes say.
    if (info != nullptr && layout.samples == 3 && info->m_default_tile_info.mct == 1) facts.color = CDCM_RGB;
    if (!opj_decode(codec.get(), stream.get(), image.get()) || !opj_end_decompress(codec.get(), stream.get())
        || !fits(*image, layout)) {
        write(message, "its JPEG 2000 data is damaged");
        return CDCM_DAMAGED;
    }
    for (OPJ_UINT32 index = 0; index < image->numcomps; index++) {
        const opj_image_comp_t &component = image->comps[index];
        if (component.data == nullptr) {
            write(message, "its JPEG 2000 data is damaged");
            return CDCM_DAMAGED;
        }
        for (size_t pixel = 0; pixel < samples / layout.samples; pixel++) {
            const size_t at = pixel * layout.samples + index;
            const uint16_t value = static_cast<uint16_t>(component.data[pixel]);
            if (width == 1)
                buffer[at] = static_cast<uint8_t>(value);
            else
                std::memcpy(buffer + 2 * at, &value, 2);
        }
    }
    facts.bytes_per_sample = width;
    facts.is_interleaved = true;
    facts.is_full = true;
    return CDCM_OK;
}

}  // namespace cdicom

const char *cdcm_jpeg2000_version(void) { return opj_version(); }
