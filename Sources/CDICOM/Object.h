#pragma once

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcfcache.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dctk.h>
#include <memory>
#include <vector>

#include "CDICOM.h"

// What a frame of encapsulated pixel data is made of: items of the pixel sequence, counted from 0 (the offset table), the end excluded.
struct FragmentRange {
    Uint32 first;
    Uint32 end;
};

struct cdcm_object {
    DcmFileFormat file;
    // Kept open while values are read from the file.
    DcmFileCache cache;
    E_TransferSyntax syntax = EXS_Unknown;
    OFString syntax_uid;
    DcmPixelData *pixels = nullptr;
    DcmPixelSequence *sequence = nullptr;
    cdcm_layout layout = {};
    // Bytes of a frame that is not encapsulated.
    uint64_t frame_bytes = 0;
    // By frame, of encapsulated data.
    std::vector<FragmentRange> fragments;
};

namespace cdicom {

void write(cdcm_message message, const char *text) noexcept;

// Whether the transfer syntax holds a video's bit stream.
bool is_video(E_TransferSyntax syntax);

// Finds the fragments of each frame (PS3.5, A.4).
cdcm_status assign_fragments(cdcm_object &object, cdcm_message message);

// The bytes of a run of fragments, one behind the other. The file's values are let go of again.
cdcm_status gather(cdcm_object &object, FragmentRange range, uint64_t maximum, std::vector<uint8_t> &bytes, cdcm_message message);

// The first bytes of a fragment.
bool begins_with(cdcm_object &object, Uint32 fragment, uint8_t first, uint8_t second);

cdcm_status decode_jpeg2000(
    const std::vector<uint8_t> &stream, const cdcm_layout &layout, uint8_t *buffer, size_t capacity,
    cdcm_frame_facts &facts, cdcm_message message);

// Runs a body and turns what it throws into a status.
template <typename Body>
cdcm_status guarded(cdcm_message message, Body body) noexcept {
    try {
        return body();
    } catch (const std::bad_alloc &) {
        write(message, "it takes more memory than it may have");
        return CDCM_TOO_LARGE;
    } catch (...) {
        write(message, "the library that reads it failed");
        return CDCM_MALFORMED;
    }
}

}  // namespace cdicom
