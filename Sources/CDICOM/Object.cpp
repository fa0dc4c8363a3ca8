#include "Object.h"

#include <cstdio>
#include <cstring>
#include <dcmtk/dcmdata/dcrledrg.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>
#include <dcmtk/oflog/oflog.h>
#include <mutex>
#include <zlib.h>

namespace cdicom {

void write(cdcm_message message, const char *text) noexcept {
    if (message.text != nullptr && message.capacity > 0) std::snprintf(message.text, message.capacity, "%s", text);
}

namespace {

void prepare_library() {
    static std::once_flag once;
    std::call_once(once, [] {
        // Its messages name values of the file, which may be a patient's.
        OFLog::configure(OFLogger::OFF_LOG_LEVEL);
        // Colours are converted by the caller, who knows what the attributes say and what the data says.
        DJDecoderRegistration::registerCodecs(EDC_never, EUC_never, EPC_colorByPixel);
        DJLSDecoderRegistration::registerCodecs(EJLSUC_never, EJLSPC_colorByPixel);
        DcmRLEDecoderRegistration::registerCodecs();
    });
}

// Inflates a data set once for its length alone, so that a few bytes cannot become more than memory holds.
cdcm_status check_inflated(const char *path, offile_off_t start, uint64_t maximum, cdcm_message message) {
    std::FILE *file = std::fopen(path, "rb");
    if (file == nullptr) {
        write(message, "the file cannot be opened");
        return CDCM_MALFORMED;
    }
    std::vector<uint8_t> in(1 << 16), out(1 << 18);
    z_stream stream = {};
    cdcm_status status = CDCM_OK;
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) {
        std::fclose(file);
        throw std::bad_alloc();
    }
    std::fseek(file, static_cast<long>(start), SEEK_SET);
    uint64_t total = 0;
    int result = Z_OK;
    while (result == Z_OK && status == CDCM_OK) {
        if (stream.avail_in == 0) {
            stream.next_in = in.data();
            stream.avail_in = static_cast<uInt>(std::fread(in.data(), 1, in.size(), file));
            if (stream.avail_in == 0) break;
        }
        stream.next_out = out.data();
        stream.avail_out = static_cast<uInt>(out.size());
        result = inflate(&stream, Z_NO_FLUSH);
        total += out.size() - stream.avail_out;
        if (total > maximum) {
            write(message, "its deflated data set is larger than it may be");
            status = CDCM_TOO_LARGE;
        }
    }
    inflateEnd(&stream);
    std::fclose(file);
    if (status == CDCM_OK && result != Z_STREAM_END) {
        write(message, "its deflated data set is damaged or cut off");
        status = CDCM_TRUNCATED;
    }
    return status;
}

// Bytes of preamble, prefix and file meta information, whose group length comes first (PS3.10, 7.1); 0 when it does not.
offile_off_t meta_length(DcmMetaInfo *meta) {
    Uint32 length = 0;
    if (meta == nullptr || meta->findAndGetUint32(DCM_FileMetaInformationGroupLength, length).bad()) return 0;
    // 128 and 4 bytes, and the group length's own element.
    return 128 + 4 + 12 + static_cast<offile_off_t>(length);
}

cdcm_status open(const char *path, uint64_t maximum_inflated, cdcm_object &object, cdcm_message message) {
    prepare_library();
    // The meta information alone first: it tells the transfer syntax.
    DcmFileFormat head;
    OFCondition condition = head.loadFile(path, EXS_Unknown, EGL_noChange, DCM_MaxReadLength, ERM_metaOnly);
    OFString uid;
    if (condition.bad() || head.getMetaInfo() == nullptr
        || head.getMetaInfo()->findAndGetOFString(DCM_TransferSyntaxUID, uid).bad() || uid.empty()) {
        write(message, "its file meta information is damaged or names no transfer syntax");
        return CDCM_MALFORMED;
    }
    const DcmXfer named(uid.c_str());
    object.syntax_uid = uid;
    if (named.getXfer() == EXS_Unknown) {
        write(message, "its transfer syntax is not known");
        return CDCM_UNSUPPORTED;
    }
    if (named.getStreamCompression() == ESC_zlib) {
        const cdcm_status status = check_inflated(path, meta_length(head.getMetaInfo()), maximum_inflated, message);
        if (status != CDCM_OK) return status;
    }
    condition = object.file.loadFile(path, EXS_Unknown, EGL_noChange, DCM_MaxReadLength, ERM_fileOnly);
    if (condition.bad() || object.file.getDataset() == nullptr) {
        const bool ended = condition == EC_EndOfStream || condition == EC_InvalidStream
            || condition == EC_StreamNotifyClient || condition == EC_ElemLengthLargerThanItem
            || condition == EC_SequDelimitationItemMissing || condition == EC_ItemDelimitationItemMissing;
        write(message, ended ? "it ends before its data set does" : "its data set is damaged");
        return ended ? CDCM_TRUNCATED : CDCM_MALFORMED;
    }
    object.syntax = object.file.getDataset()->getOriginalXfer();
    return CDCM_OK;
}

DcmElement *element(DcmItem *item, uint16_t group, uint16_t number) {
    DcmElement *found = nullptr;
    if (item == nullptr || item->findAndGetElement(DcmTagKey(group, number), found).bad()) return nullptr;
    return found;
}

bool number_of(DcmElement *found, uint32_t index, double *value) {
    if (found == nullptr) return false;
    Float64 real = 0;
    // Text (IS, DS) and FD, FL.
    if (found->getFloat64(real, index).good()) {
        *value = real;
        return true;
    }
    Float32 single = 0;
    if (found->getFloat32(single, index).good()) {
        *value = single;
        return true;
    }
    Uint16 word = 0;
    if (found->getUint16(word, index).good()) {
        *value = word;
        return true;
    }
    Sint16 signed_word = 0;
    if (found->getSint16(signed_word, index).good()) {
        *value = signed_word;
        return true;
    }
    Uint32 longer = 0;
    if (found->getUint32(longer, index).good()) {
        *value = longer;
        return true;
    }
    Sint32 signed_longer = 0;
    if (found->getSint32(signed_longer, index).good()) {
        *value = signed_longer;
        return true;
    }
    return false;
}

DcmItem *region(cdcm_object *object, uint32_t index) {
    DcmItem *item = nullptr;
    if (object->file.getDataset()
            ->findAndGetSequenceItem(DCM_SequenceOfUltrasoundRegions, item, static_cast<long>(index))
            .bad())
        return nullptr;
    return item;
}

}  // namespace
}  // namespace cdicom

using namespace cdicom;

cdcm_status cdcm_open(const char *path, uint64_t maximum_inflated_bytes, cdcm_object **object, cdcm_message message) {
    *object = nullptr;
    return guarded(message, [&] {
        auto opened = std::unique_ptr<cdcm_object>(new cdcm_object);
        const cdcm_status status = open(path, maximum_inflated_bytes, *opened, message);
        if (status == CDCM_OK) *object = opened.release();
        return status;
    });
}

void cdcm_close(cdcm_object *object) { delete object; }

const char *cdcm_transfer_syntax(const cdcm_object *object) { return object->syntax_uid.c_str(); }

int64_t cdcm_text(cdcm_object *object, uint16_t group, uint16_t number, char *buffer, size_t capacity) {
    int64_t length = -1;
    guarded({nullptr, 0}, [&] {
        DcmElement *found = element(object->file.getDataset(), group, number);
        OFString text;
        if (found == nullptr || found->getOFStringArray(text).bad()) return CDCM_ABSENT;
        length = static_cast<int64_t>(text.length());
        std::memcpy(buffer, text.data(), std::min(capacity, static_cast<size_t>(text.length())));
        return CDCM_OK;
    });
    return length;
}

bool cdcm_use_utf8(cdcm_object *object) {
    bool is_utf8 = false;
    guarded({nullptr, 0}, [&] {
        is_utf8 = object->file.getDataset()->convertToUTF8().good();
        return CDCM_OK;
    });
    return is_utf8;
}

bool cdcm_number(cdcm_object *object, uint16_t group, uint16_t number, uint32_t index, double *value) {
    bool is_there = false;
    guarded({nullptr, 0}, [&] {
        is_there = number_of(element(object->file.getDataset(), group, number), index, value);
        return CDCM_OK;
    });
    return is_there;
}

uint32_t cdcm_region_count(cdcm_object *object) {
    uint32_t count = 0;
    guarded({nullptr, 0}, [&] {
        DcmSequenceOfItems *sequence = nullptr;
        if (object->file.getDataset()->findAndGetSequence(DCM_SequenceOfUltrasoundRegions, sequence).good()
            && sequence != nullptr)
            count = static_cast<uint32_t>(sequence->card());
        return CDCM_OK;
    });
    return count;
}

bool cdcm_region_number(cdcm_object *object, uint32_t index, uint16_t group, uint16_t number, double *value) {
    bool is_there = false;
    guarded({nullptr, 0}, [&] {
        is_there = number_of(element(region(object, index), group, number), 0, value);
        return CDCM_OK;
    });
    return is_there;
}

size_t cdcm_words(cdcm_object *object, uint16_t group, uint16_t number, uint16_t *words, size_t capacity) {
    size_t count = 0;
    guarded({nullptr, 0}, [&] {
        DcmElement *found = element(object->file.getDataset(), group, number);
        if (found == nullptr) return CDCM_ABSENT;
        Uint16 *values = nullptr;
        Uint8 *bytes = nullptr;
        if (found->getUint16Array(values).good() && values != nullptr) {
            count = found->getLength() / 2;
            std::memcpy(words, values, std::min(count, capacity) * 2);
        } else if (found->getUint8Array(bytes).good() && bytes != nullptr) {
            count = found->getLength() / 2;
            for (size_t index = 0; index < std::min(count, capacity); index++)
                words[index] = static_cast<uint16_t>(bytes[2 * index] | bytes[2 * index + 1] << 8);
        }
        return CDCM_OK;
    });
    return count;
}

bool cdcm_keyword(uint16_t group, uint16_t element, char *buffer, size_t capacity) {
    DcmTag tag(group, element);
    const char *name = tag.getTagName();
    // What begins with this is of an edition that is gone, and what is unknown has a name with spaces.
    if (std::strncmp(name, "RETIRED_", 8) == 0 || std::strchr(name, ' ') != nullptr || capacity <= std::strlen(name)) return false;
    std::strcpy(buffer, name);
    return true;
}

const char *cdcm_toolkit_version(void) { return OFFIS_DCMTK_VERSION_STRING; }
