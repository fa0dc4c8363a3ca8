#include <algorithm>

#include "Object.h"

namespace cdicom {
namespace {

// The bytes with which each frame's stream begins, by the transfer syntax; false for those that have none (RLE).
bool start_code(E_TransferSyntax syntax, uint8_t &first, uint8_t &second) {
    switch (syntax) {
        case EXS_JPEG2000LosslessOnly:
        case EXS_JPEG2000:
            first = 0xFF;
            second = 0x4F;
            return true;
        case EXS_RLELossless: return false;
        default:
            first = 0xFF;
            second = 0xD8;
            return true;
    }
}

DcmPixelItem *item(cdcm_object &object, Uint32 index) {
    DcmPixelItem *found = nullptr;
    return object.sequence->getItem(found, index).good() ? found : nullptr;
}

// The first fragment of each frame from the basic offset table: offsets of items from the first one behind the table.
bool from_table(cdcm_object &object, std::vector<Uint32> &starts) {
    DcmPixelItem *table = item(object, 0);
    const uint64_t frames = object.layout.frames;
    if (table == nullptr || table->getLength() / 4 != frames) return false;
    std::vector<Uint32> offsets(frames);
    if (table->getPartialValue(offsets.data(), 0, static_cast<Uint32>(frames * 4), &object.cache, EBO_LittleEndian).bad())
        return false;
    uint64_t offset = 0;
    size_t frame = 0;
    const Uint32 count = static_cast<Uint32>(object.sequence->card());
    for (Uint32 index = 1; index < count && frame < frames; index++) {
        if (offset == offsets[frame]) {
            starts.push_back(index);
            frame++;
        }
        DcmPixelItem *fragment = item(object, index);
        if (fragment == nullptr) return false;
        offset += 8 + ((static_cast<uint64_t>(fragment->getLength()) + 1) & ~uint64_t(1));
    }
    return frame == frames && starts[0] == 1;
}

}  // namespace

bool begins_with(cdcm_object &object, Uint32 fragment, uint8_t first, uint8_t second) {
    DcmPixelItem *found = item(object, fragment);
    uint8_t head[2] = {};
    return found != nullptr && found->getLength() >= 2
        && found->getPartialValue(head, 0, 2, &object.cache, EBO_LittleEndian).good() && head[0] == first
        && head[1] == second;
}

cdcm_status assign_fragments(cdcm_object &object, cdcm_message message) {
    const uint64_t frames = object.layout.frames;
    const Uint32 count = static_cast<Uint32>(object.sequence->card());
    if (count < 2) {
        write(message, "its pixel data is empty");
        return CDCM_TRUNCATED;
    }
    const uint64_t fragments = count - 1;
    if (fragments < frames) {
        write(message, "it promises more frames than its pixel data has");
        return CDCM_TRUNCATED;
    }
    std::vector<Uint32> starts;
    if (frames == 1) {
        starts.push_back(1);
    } else if (fragments == frames) {
        for (Uint32 index = 1; index < count; index++) starts.push_back(index);
    } else if (!from_table(object, starts)) {
        starts.clear();
        uint8_t first = 0, second = 0;
        if (start_code(object.syntax, first, second)) {
            for (Uint32 index = 1; index < count; index++)
                if (begins_with(object, index, first, second)) starts.push_back(index);
        }
        if (starts.size() != frames || starts[0] != 1) {
            write(message, "its pixel data has another number of frames than it promises, or says not where each begins");
            return CDCM_MALFORMED;
        }
    }
    object.fragments.clear();
    for (size_t frame = 0; frame < starts.size(); frame++)
        object.fragments.push_back({starts[frame], frame + 1 < starts.size() ? starts[frame + 1] : count});
    return CDCM_OK;
}

cdcm_status gather(
    cdcm_object &object, FragmentRange range, uint64_t maximum, std::vector<uint8_t> &bytes, cdcm_message message) {
    uint64_t total = 0;
    for (Uint32 index = range.first; index < range.end; index++) {
        DcmPixelItem *fragment = item(object, index);
        if (fragment == nullptr) {
            write(message, "a fragment of its pixel data is missing");
            return CDCM_DAMAGED;
        }
        total += fragment->getLength();
    }
    if (total > maximum) {
        write(message, "its compressed pixel data is larger than it may be");
        return CDCM_TOO_LARGE;
    }
    bytes.resize(total);
    uint64_t offset = 0;
    for (Uint32 index = range.first; index < range.end; index++) {
        DcmPixelItem *fragment = item(object, index);
        const Uint32 length = fragment->getLength();
        if (length == 0) continue;
        if (fragment->getPartialValue(bytes.data() + offset, 0, length, &object.cache, EBO_LittleEndian).bad()) {
            write(message, "a fragment of its pixel data cannot be read");
            return CDCM_DAMAGED;
        }
        offset += length;
    }
    return CDCM_OK;
}

}  // namespace cdicom
