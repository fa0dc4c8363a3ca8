#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "Object.h"

namespace cdicom {

bool is_video(E_TransferSyntax syntax) {
    switch (syntax) {
        case EXS_MPEG2MainProfileAtMainLevel:
        case EXS_MPEG2MainProfileAtHighLevel:
        case EXS_MPEG4HighProfileLevel4_1:
        case EXS_MPEG4BDcompatibleHighProfileLevel4_1:
        case EXS_MPEG4HighProfileLevel4_2_For2DVideo:
        case EXS_MPEG4HighProfileLevel4_2_For3DVideo:
        case EXS_MPEG4StereoHighProfileLevel4_2:
        case EXS_HEVCMainProfileLevel5_1:
        case EXS_HEVCMain10ProfileLevel5_1: return true;
        default: return false;
    }
}

namespace {

bool is_decodable(E_TransferSyntax syntax) {
    switch (syntax) {
        case EXS_LittleEndianImplicit:
        case EXS_LittleEndianExplicit:
        case EXS_BigEndianExplicit:
        case EXS_DeflatedLittleEndianExplicit:
        case EXS_RLELossless:
        case EXS_JPEGProcess1:
        case EXS_JPEGProcess2_4:
        case EXS_JPEGProcess14:
        case EXS_JPEGProcess14SV1:
        case EXS_JPEGLSLossless:
        case EXS_JPEGLSLossy:
        case EXS_JPEG2000LosslessOnly:
        case EXS_JPEG2000: return true;
        default: return is_video(syntax);
    }
}

uint64_t unsigned_value(DcmDataset *dataset, const DcmTagKey &tag, uint64_t otherwise) {
    Uint16 value = 0;
    return dataset->findAndGetUint16(tag, value).good() ? value : otherwise;
}

cdcm_status read_layout(cdcm_object &object, uint64_t maximum_pixels, cdcm_message message) {
    DcmDataset *dataset = object.file.getDataset();
    cdcm_layout &layout = object.layout;
    layout.rows = static_cast<uint32_t>(unsigned_value(dataset, DCM_Rows, 0));
    layout.columns = static_cast<uint32_t>(unsigned_value(dataset, DCM_Columns, 0));
    layout.samples = static_cast<uint32_t>(unsigned_value(dataset, DCM_SamplesPerPixel, 1));
    layout.bits_allocated = static_cast<uint32_t>(unsigned_value(dataset, DCM_BitsAllocated, 0));
    layout.is_planar = layout.samples > 1 && unsigned_value(dataset, DCM_PlanarConfiguration, 0) == 1;
    Sint32 frames = 1;
    if (dataset->tagExistsWithValue(DCM_NumberOfFrames)
        && (dataset->findAndGetSint32(DCM_NumberOfFrames, frames).bad() || frames < 1)) {
        write(message, "its number of frames is not a positive number");
        return CDCM_MALFORMED;
    }
    layout.frames = static_cast<uint64_t>(frames);
    if (layout.rows == 0 || layout.columns == 0) {
        write(message, "it has no rows or no columns");
        return CDCM_MALFORMED;
    }
    if (static_cast<uint64_t>(layout.rows) * layout.columns > maximum_pixels) {
        write(message, "its frames have more pixels than they may have");
        return CDCM_TOO_LARGE;
    }
    if (layout.samples != 1 && layout.samples != 3) {
        write(message, "its pixels have neither one nor three samples");
        return CDCM_UNSUPPORTED;
    }
    layout.is_stream = is_video(object.syntax);
    if (layout.bits_allocated != 8 && layout.bits_allocated != 16) {
        write(message, "its samples have neither 8 nor 16 bits");
        return CDCM_UNSUPPORTED;
    }
    OFString photometric;
    dataset->findAndGetOFString(DCM_PhotometricInterpretation, photometric);
    layout.is_subsampled = photometric == "YBR_FULL_422" && !DcmXfer(object.syntax).isEncapsulated();
    if (layout.is_subsampled && (layout.samples != 3 || layout.bits_allocated != 8 || layout.columns % 2 != 0 || layout.is_planar)) {
        write(message, "its chroma is subsampled in a way that does not fit its size");
        return CDCM_MALFORMED;
    }
    return CDCM_OK;
}

cdcm_status prepare(cdcm_object &object, uint64_t maximum_pixels, cdcm_message message) {
    DcmDataset *dataset = object.file.getDataset();
    DcmElement *element = nullptr;
    if (dataset->findAndGetElement(DCM_PixelData, element).bad() || element == nullptr) {
        write(message, "it has no pixel data");
        return CDCM_ABSENT;
    }
    object.pixels = dynamic_cast<DcmPixelData *>(element);
    if (object.pixels == nullptr) {
        write(message, "its pixel data is of another kind");
        return CDCM_MALFORMED;
    }
    if (!is_decodable(object.syntax)) {
        write(message, "its transfer syntax is not decoded here");
        return CDCM_UNSUPPORTED;
    }
    const cdcm_status status = read_layout(object, maximum_pixels, message);
    if (status != CDCM_OK) return status;
    const cdcm_layout &layout = object.layout;
    if (!DcmXfer(object.syntax).isEncapsulated()) {
        const uint64_t pixels = static_cast<uint64_t>(layout.rows) * layout.columns;
        object.frame_bytes = layout.is_subsampled ? 2 * pixels : pixels * layout.samples * (layout.bits_allocated / 8);
        if (object.frame_bytes * layout.frames > object.pixels->getLength(object.syntax)) {
            write(message, "it promises more pixels than its pixel data has");
            return CDCM_TRUNCATED;
        }
        return CDCM_OK;
    }
    DcmPixelSequence *sequence = nullptr;
    if (object.pixels->getEncapsulatedRepresentation(object.syntax, nullptr, sequence).bad() || sequence == nullptr) {
        write(message, "its pixel data is not encapsulated, as its transfer syntax says");
        return CDCM_MALFORMED;
    }
    object.sequence = sequence;
    if (layout.is_stream) {
        if (sequence->card() < 2) {
            write(message, "its pixel data is empty");
            return CDCM_TRUNCATED;
        }
        return CDCM_OK;
    }
    return assign_fragments(object, message);
}

// What the markers of a JPEG stream say of three components: Adobe's transform, JFIF (always YCbCr), or component numbers that are letters.
// Everything else leaves it to the attributes: DICOM needs no such marker (PS3.5, 8.2.1).
cdcm_color jpeg_color(const std::vector<uint8_t> &bytes) {
    cdcm_color found = CDCM_UNSTATED;
    size_t at = 2;
    while (at + 4 <= bytes.size() && bytes[at] == 0xFF) {
        const uint8_t marker = bytes[at + 1];
        if (marker == 0xFF) {
            at++;
            continue;
        }
        const size_t length = static_cast<size_t>(bytes[at + 2]) << 8 | bytes[at + 3];
        const uint8_t *body = bytes.data() + at + 4;
        if (length < 2 || at + 2 + length > bytes.size()) break;
        if (marker == 0xEE && length >= 14 && std::memcmp(body, "Adobe", 5) == 0)
            return body[11] == 0 ? CDCM_RGB : CDCM_YBR;
        if (marker == 0xE0 && length >= 7 && std::memcmp(body, "JFIF", 5) == 0) found = CDCM_YBR;
        if (marker >= 0xC0 && marker <= 0xC2 && length >= 17 && body[5] == 3 && found == CDCM_UNSTATED) {
            if (body[6] == 'R' && body[9] == 'G' && body[12] == 'B') return CDCM_RGB;
            // Nobody subsamples green and blue: writers that convert colours and forget to say so (GDCM) are seen by this.
            if (body[7] != body[10] && body[10] == body[13]) found = CDCM_YBR;
        }
        if (marker == 0xDA) break;
        at += 2 + length;
    }
    return found;
}

bool is_lossy_jpeg(E_TransferSyntax syntax) { return syntax == EXS_JPEGProcess1 || syntax == EXS_JPEGProcess2_4; }

// Whether a JPEG stream's frame header has other extents than the attributes: decoders below write as many pixels as the stream has.
bool has_other_extents(const std::vector<uint8_t> &bytes, const cdcm_layout &layout) {
    size_t at = 2;
    while (at + 4 <= bytes.size()) {
        if (bytes[at] != 0xFF) return true;
        const uint8_t marker = bytes[at + 1];
        if (marker == 0xFF) {
            at++;
            continue;
        }
        const size_t length = static_cast<size_t>(bytes[at + 2]) << 8 | bytes[at + 3];
        if (length < 2 || at + 2 + length > bytes.size()) return true;
        // Frame headers of JPEG, and 0xF7 of JPEG-LS; 0xC4, 0xC8 and 0xCC are none.
        const bool is_frame = (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC)
            || marker == 0xF7;
        if (is_frame) {
            if (length < 8) return true;
            const uint8_t *body = bytes.data() + at + 4;
            return (static_cast<uint32_t>(body[1]) << 8 | body[2]) != layout.rows
                || (static_cast<uint32_t>(body[3]) << 8 | body[4]) != layout.columns || body[5] != layout.samples
                || body[0] > layout.bits_allocated;
        }
        if (marker == 0xDA) return true;
        at += 2 + length;
    }
    return true;
}

cdcm_status decode(
    cdcm_object &object, uint64_t index, uint8_t *buffer, size_t capacity, cdcm_frame_facts &facts,
    cdcm_message message) {
    const cdcm_layout &layout = object.layout;
    facts = {layout.bits_allocated / 8, CDCM_UNSTATED, !layout.is_planar, !layout.is_subsampled};
    if (object.pixels == nullptr || layout.is_stream || index >= layout.frames) return CDCM_ABSENT;
    if (!DcmXfer(object.syntax).isEncapsulated()) {
        if (object.frame_bytes > capacity) return CDCM_TOO_LARGE;
        const bool is_read = object.pixels
                                 ->getPartialValue(
                                     buffer, static_cast<Uint32>(index * object.frame_bytes),
                                     static_cast<Uint32>(object.frame_bytes), &object.cache, gLocalByteOrder)
                                 .good();
        if (!is_read) write(message, "its pixel data cannot be read");
        return is_read ? CDCM_OK : CDCM_DAMAGED;
    }
    const FragmentRange range = object.fragments[index];
    if (object.syntax == EXS_JPEG2000 || object.syntax == EXS_JPEG2000LosslessOnly) {
        std::vector<uint8_t> stream;
        const cdcm_status status = gather(object, range, SIZE_MAX, stream, message);
        return status == CDCM_OK ? decode_jpeg2000(stream, layout, buffer, capacity, facts, message) : status;
    }
    if (object.syntax != EXS_RLELossless) {
        std::vector<uint8_t> stream;
        const cdcm_status status = gather(object, range, SIZE_MAX, stream, message);
        if (status != CDCM_OK) return status;
        if (stream.size() < 4 || stream[0] != 0xFF || stream[1] != 0xD8 || has_other_extents(stream, layout)) {
            write(message, "its stream is no JPEG, or of another size than the object says");
            return CDCM_DAMAGED;
        }
        if (is_lossy_jpeg(object.syntax)) facts.color = jpeg_color(stream);
    }
    Uint32 fragment = range.first;
    OFString model;
    const OFCondition condition = object.pixels->getUncompressedFrame(
        object.file.getDataset(), static_cast<Uint32>(index), fragment, buffer, static_cast<Uint32>(capacity), model,
        &object.cache);
    for (Uint32 used = range.first; used < range.end; used++) {
        DcmPixelItem *item = nullptr;
        if (object.sequence->getItem(item, used).good() && item != nullptr) item->compact();
    }
    if (condition.bad()) {
        write(message, "its data is damaged");
        return CDCM_DAMAGED;
    }
    facts.is_full = true;
    // RLE keeps the order that the attributes state; the others were told to put samples of a pixel together.
    facts.is_interleaved = object.syntax != EXS_RLELossless || !layout.is_planar;
    return CDCM_OK;
}

}  // namespace
}  // namespace cdicom

using namespace cdicom;

cdcm_status cdcm_prepare(cdcm_object *object, uint64_t maximum_pixels, cdcm_layout *layout, cdcm_message message) {
    return guarded(message, [&] {
        const cdcm_status status = prepare(*object, maximum_pixels, message);
        *layout = object->layout;
        return status;
    });
}

cdcm_status cdcm_frame(
    cdcm_object *object, uint64_t index, uint8_t *buffer, size_t capacity, cdcm_frame_facts *facts,
    cdcm_message message) {
    return guarded(message, [&] { return decode(*object, index, buffer, capacity, *facts, message); });
}

cdcm_status cdcm_stream(cdcm_object *object, uint64_t maximum_bytes, uint8_t **bytes, size_t *count, cdcm_message message) {
    *bytes = nullptr;
    *count = 0;
    return guarded(message, [&] {
        if (object->sequence == nullptr) return CDCM_ABSENT;
        std::vector<uint8_t> stream;
        const cdcm_status status =
            gather(*object, {1, static_cast<Uint32>(object->sequence->card())}, maximum_bytes, stream, message);
        if (status != CDCM_OK) return status;
        *bytes = static_cast<uint8_t *>(std::malloc(std::max<size_t>(stream.size(), 1)));
        if (*bytes == nullptr) throw std::bad_alloc();
        std::memcpy(*bytes, stream.data(), stream.size());
        *count = stream.size();
        return CDCM_OK;
    });
}

void cdcm_free(uint8_t *bytes) { std::free(bytes); }
